import Engine
import HTTPTypes
import Records
import Testing

@testable import Web

/// Rows of a file become records, by page.
struct ImportTests {
    /// Sends a file; the address of the page that asks about its columns.
    private static func send(
        _ text: String, _ browser: Browser, _ what: String = "object=Contact&operation=insert"
    ) async throws -> String {
        let sent = try await browser.send(Array(text.utf8), named: "顧客.csv", to: "/import/file?\(what)")
        #expect(sent.status == .created, "\(sent.text)")
        return try #require(sent.headers[.location])
    }

    /// Waits until the job's page says that it has ended.
    private static func ended(_ path: String, _ browser: Browser) async throws -> String {
        while true {
            let page = try await browser.get(path)
            if !page.text.contains("data-live=\"running\"") { return page.text }
            await Task.yield()
        }
    }

    private static let rows = """
        姓,名,メール,生年月日,年齢
        山田,花子,hanako@example.com,1980/1/31,x
        ,太郎,taro@example.com,1981/2/28,y
        佐藤,次郎,jiro@example.com,1982/13/1,z

        """

    @Test func `a file is looked at, tried, carried out, and its refused rows come back with their reasons`()
        async throws
    {
        try await TestDesk.run { desk in
            let browser = try await desk.browser(of: TestDesk.officer)
            let path = try await Self.send(Self.rows, browser)
            let plan = try await browser.get(path)
            #expect(plan.status == .ok)
            #expect(plan.text.contains("<option value=\"LastName\" selected>"))
            #expect(plan.text.contains("<option value=\"Y/M/D\" selected>"))
            #expect(plan.text.contains("先頭の3行のうち2行に、問題があります。"))
            #expect(plan.text.contains("姓を入力してください。"))
            #expect(plan.text.contains("誕生日の形式が正しくありません。"))
            let session = desk.engine.systemSession(as: .operator, reason: "test")
            #expect(try await session.query("SELECT Id FROM Contact").isEmpty, "what was tried is taken back")

            let begun = try await browser.post(
                path,
                [
                    "act": "start", "field-0": "LastName", "field-1": "FirstName", "field-2": "Email",
                    "field-3": "Birthdate", "date-3": "Y/M/D", "field-4": "",
                ])
            #expect(begun.status == .seeOther, "\(begun.text.suffix(400))")
            let page = try await Self.ended(path, browser)
            #expect(page.contains("一部を除き完了"))
            #expect(page.contains("3行中 3行（100%）"))
            let kept = try await session.query("SELECT LastName, Birthdate FROM Contact")
            #expect(kept.map { $0["LastName"].text } == ["山田"])
            #expect(kept.first?["Birthdate"] == .date(Day("1980-01-31")!))

            let refused = try await browser.get("\(path)/refused.csv").text
            #expect(refused.contains("\"姓\",\"名\",\"メール\",\"生年月日\",\"年齢\""))
            #expect(refused.contains("REQUIRED_FIELD_MISSING"))
            #expect(refused.contains("\"佐藤\",\"次郎\",\"jiro@example.com\",\"1982/13/1\",\"z\""))
            #expect(!refused.contains("山田"))
            #expect(try await browser.get("\(path)/taken.csv").text.contains("山田"))
            #expect(try await browser.get("/import").text.contains("顧客.csv"))

            let forgotten = try await browser.post(path, ["act": "discard"])
            #expect(forgotten.headers[.location]?.hasPrefix("/import?told=") == true)
            #expect(try await browser.get(path).status == .notFound)
        }
    }

    @Test func `pasted rows are taken like a file, and an upsert asks for the field that identifies`() async throws {
        try await TestDesk.run { desk in
            let browser = try await desk.browser(of: TestDesk.officer, language: "en")
            let contact = try await desk.make("Contact", ["LastName": "Mori"])
            let pasted = try await browser.post(
                "/import",
                ["object": "Contact", "operation": "upsert", "rows": "Id\tLast Name\r\n\(contact)\tMorita\r\n"])
            let path = try #require(pasted.headers[.location])
            let plan = try await browser.get(path).text
            #expect(plan.contains("<option value=\"Id\" selected>"))
            #expect(plan.contains("The first 1 row: no problems."))
            let unnamed = try await browser.post(
                path, ["act": "start", "key": "Id", "field-0": "", "field-1": "LastName"])
            #expect(unnamed.status == .badRequest)
            #expect(unnamed.text.contains("No column goes to “Id”"))
            let twice = try await browser.post(
                path, ["act": "start", "key": "Id", "field-0": "LastName", "field-1": "LastName"])
            #expect(twice.text.contains("More than one column goes to “Last Name”"))
            _ = try await browser.post(path, ["act": "start", "key": "Id", "field-0": "Id", "field-1": "LastName"])
            #expect(try await Self.ended(path, browser).contains("Done"))
            #expect(try await browser.get("/people/\(contact)").text.contains("Morita"))
        }
    }

    @Test func `a deletion asks for the number of rows`() async throws {
        try await TestDesk.run { desk in
            let browser = try await desk.browser(of: TestDesk.officer, language: "en")
            let contact = try await desk.make("Contact", ["LastName": "Mori"])
            let path = try await Self.send("Id\n\(contact)\n", browser, "object=Contact&operation=delete")
            let slip = try await browser.post(path, ["act": "start", "field-0": "Id", "typed": "2"])
            #expect(slip.status == .badRequest)
            #expect(slip.text.contains("This is not the number of rows."))
            _ = try await browser.post(path, ["act": "start", "field-0": "Id", "typed": "1"])
            #expect(try await Self.ended(path, browser).contains("Done"))
            #expect(try await browser.get("/people/\(contact)").status == .notFound)
        }
    }

    @Test func `what is no file of rows, or comes from elsewhere, is refused and leaves no job`() async throws {
        try await TestDesk.run { desk in
            let browser = try await desk.browser(of: TestDesk.officer, language: "en")
            let workbook = try await browser.send(
                [0x50, 0x4B, 3, 4, 0], named: "a.xlsx", to: "/import/file?object=Contact&operation=insert")
            #expect(workbook.status == .badRequest)
            #expect(workbook.text.contains("Save it as CSV"))
            for what in [
                "object=AuthSession&operation=insert", "object=Nothing&operation=insert",
                "object=Contact&operation=hardDelete",
            ] {
                let refused = try await browser.send(Array("a\n1\n".utf8), named: "a", to: "/import/file?\(what)")
                #expect(refused.status == .badRequest, "\(what)")
            }
            let forged = try await browser.send(
                Array("a\n1\n".utf8), named: "a", to: "/import/file?object=Contact&operation=insert",
                token: String(repeating: "0", count: 64))
            #expect(forged.status == .forbidden)
            let empty = try await browser.post(
                "/import", ["object": "Contact", "operation": "insert", "rows": "LastName\r\n"])
            #expect(empty.status == .badRequest)
            #expect(empty.text.contains("There are headings, and no rows below them."))
            #expect(empty.text.contains(">LastName"), "what was pasted is kept")
            #expect(try await browser.get("/import").text.contains("No imports yet."))
        }
    }

    @Test func `somebody else's import is not there`() async throws {
        try await TestDesk.run { desk in
            let officer = try await desk.browser(of: TestDesk.officer)
            let path = try await Self.send(Self.rows, officer)
            let agent = try await desk.browser(of: TestDesk.agent)
            #expect(try await agent.get(path).status == .notFound)
            #expect(try await agent.get("\(path)/refused.csv").status == .notFound)
            #expect(try await agent.post(path, ["act": "discard"]).status == .notFound)
            #expect(try await officer.get(path).status == .ok)
            #expect(try await officer.get("\(path)/refused.csv").status == .notFound, "there are no results yet")
        }
    }
}
