import HTTPTypes
import Records
import Testing

@testable import Web

/// The privacy officer's way through a request, by page.
struct OfficerTests {
    /// A request that is taken down and whose person is verified; its address.
    private static func verified(_ kind: String, of person: RecordID, _ officer: Browser) async throws -> String {
        let opened = try await officer.post(
            "/people/\(person)/requests", ["kind": kind, "received": "2026-11-23", "channel": "Email", "reason": "x"])
        let request = String(try #require(opened.headers[.location]).prefix { $0 != "?" })
        let verified = try await officer.post("\(request)/verify", ["reason": "免許証"])
        #expect(verified.status == .seeOther, "\(verified.text.suffix(300))")
        return request
    }

    @Test func `what an officer decides to keep is kept on a ground of the law, and the certificate says so`()
        async throws
    {
        try await TestDesk.run { desk in
            let contact = try await desk.make(
                "Contact", ["LastName": "山田", "FirstName": "花子", "Phone": "03-0000-0001"])
            _ = try await desk.make(
                "Case", ["ContactId": .id(contact), "Subject": "山田花子様 ご請求", "Status": "New"])
            let officer = try await desk.browser(of: TestDesk.officer)
            let request = try await Self.verified("Erasure", of: contact, officer)
            let shown = try await officer.get(
                "\(request)/preview?decide.Case=keep&ground.Case=legalClaims&until.Case=2031-03-31")
            #expect(shown.status == .ok)
            #expect(shown.text.contains("2031年3月31日まで：法的請求のために必要"))
            #expect(shown.text.contains("name=\"ground.Case\" value=\"legalClaims\""))
            let number = try #require(shown.text.firstMatch(of: #/R-\d+/#)).output
            // A slip of the finger loses nothing of what was decided.
            let slipped = try await officer.post(
                "\(request)/preview/erasure",
                [
                    "typed": "R-0", "decide.Case": "keep", "ground.Case": "legalClaims", "until.Case": "2031-03-31",
                ])
            #expect(slipped.text.contains("name=\"until.Case\" value=\"2031-03-31\""))
            #expect(slipped.text.contains("<form class=\"filters\" action=\"\(request)/preview\""))
            #expect(!slipped.text.contains("action=\"\(request)/preview/erasure\" method=\"get\""))
            let erased = try await officer.post(
                "\(request)/preview/erasure",
                [
                    "typed": String(number), "decide.Case": "keep", "ground.Case": "legalClaims",
                    "until.Case": "2031-03-31",
                ])
            #expect(erased.status == .seeOther, "\(erased.text.suffix(600))")
            let certificate = try await officer.get("\(request)/certificate").text
            #expect(certificate.contains("ケース: 2031年3月31日まで：法的請求のために必要"))
            #expect(try await officer.get("/people/\(contact)").status == .notFound)
            #expect(try await officer.get(request).text.contains("個人データを消去し、本人の鍵を破棄しました。"))
        }
    }

    @Test func `an act that is not to be done now is refused in the reader's language`() async throws {
        try await TestDesk.run { desk in
            let contact = try await desk.make("Contact", ["LastName": "山田"])
            let officer = try await desk.browser(of: TestDesk.officer)
            let request = try await Self.verified("Restriction", of: contact, officer)
            let lifted = try await officer.post("\(request)/lift", [:])
            #expect(lifted.status == .ok)
            #expect(lifted.text.contains("現在の状態では、この操作はできません。"))
            let verified = try await officer.post("\(request)/announce", ["reason": " "])
            #expect(verified.text.contains("「本人に知らせた方法」を入力してください。"))
        }
    }

    @Test func `a restricted person is a grey page to the officer, by any of their records, and nothing to an agent`()
        async throws
    {
        try await TestDesk.run { desk in
            let individual = try await desk.make("Individual", ["LastName": "山田"])
            let contact = try await desk.make("Contact", ["LastName": "山田", "IndividualId": .id(individual)])
            let officer = try await desk.browser(of: TestDesk.officer)
            let request = try await Self.verified("Restriction", of: contact, officer)
            let number = try #require(try await officer.get(request).text.firstMatch(of: #/R-\d+/#)).output
            let approved = try await officer.post("\(request)/approve", ["typed": String(number)])
            #expect(approved.status == .seeOther, "\(approved.text.suffix(400))")
            for id in [contact, individual] {
                let page = try await officer.get("/people/\(id)")
                #expect(page.status == .ok)
                #expect(page.text.contains("利用停止中です") && page.text.contains(number))
                #expect(!page.text.contains("山田"))
            }
            let agent = try await desk.browser(of: TestDesk.agent)
            #expect(try await agent.get("/people/\(contact)").status == .notFound)
        }
    }

    @Test func `the story of a request cites the law in the reader's language`() async throws {
        try await TestDesk.run { desk in
            let contact = try await desk.make("Contact", ["LastName": "山田"])
            let officer = try await desk.browser(of: TestDesk.officer)
            let request = try await Self.verified("Access", of: contact, officer)
            let page = try await officer.get(request).text
            #expect(page.contains("GDPR第12条第3項"))
            #expect(!page.contains("Art. "))
        }
    }
}
