import Engine
import Foundation
import HTTPTypes
import Records
import Testing

@testable import Web

struct ListTests {
    /// Three customers, one of whom must not be written to.
    private static func fill(_ desk: TestDesk) async throws -> [RecordID] {
        var ids: [RecordID] = []
        for (name, city, isOut) in [("Abe", "Kobe", false), ("Baba", "Nara", true), ("Chiba", "Kobe", false)] {
            ids.append(
                try await desk.make(
                    "Contact",
                    [
                        "LastName": .text(name), "MailingCity": .text(city), "Email": .text("\(name)@example.com"),
                        "HasOptedOutOfEmail": .boolean(isOut),
                    ]
                )
            )
        }
        return ids
    }

    /// The texts of the heads of a page's table.
    private static func heads(_ page: String) -> [String] {
        page.matches(of: #/<th scope="col"[^>]*><a[^>]*>([^<]+)/#).map { String($0.output.1) }
    }

    private static func names(_ page: String) -> [String] {
        page.matches(of: #/data-open>([^<]+)</a></th>/#).map { String($0.output.1) }
    }

    @Test func `the address chooses columns, order and filters, and the name always stays`() async throws {
        try await TestDesk.run { desk in
            _ = try await Self.fill(desk)
            let browser = try await desk.browser(of: TestDesk.agent, language: "en")
            let plain = try await browser.get("/contacts").text
            #expect(Self.heads(plain) == ["Name", "Account", "E-mail", "Phone", "City", "Changed"])
            let chosen = try await browser.get("/contacts?columns=city.unknown.owner&sort=-name").text
            #expect(Self.heads(chosen) == ["Name", "City", "Owner"])
            #expect(Self.names(chosen) == ["Chiba", "Baba", "Abe"])
            #expect(chosen.contains(#/aria-sort="descending"><a href="[^"]+">Name<svg/#))
            // As the form sends it, one by one.
            let ticked = try await browser.get("/contacts?columns=city&columns=fax&consent=email").text
            #expect(Self.heads(ticked) == ["Name", "Fax", "City"])
            #expect(Self.names(ticked) == ["Baba"])
            #expect(ticked.contains("1–1 of 1"))
            #expect(ticked.contains("/contacts?consent=email&amp;columns=city.fax&amp;sort=city"))
        }
    }

    @Test func `a field that a user may not see is no column of theirs`() async throws {
        try await TestDesk.run { desk in
            _ = try await Self.fill(desk)
            let agent = try await desk.browser(of: TestDesk.agent, language: "en")
            #expect(Self.heads(try await agent.get("/contacts?columns=born").text) == ["Name"])
            #expect(try await !agent.get("/contacts").text.contains("Date of birth"))
            let officer = try await desk.browser(of: TestDesk.officer, language: "en")
            #expect(Self.heads(try await officer.get("/contacts?columns=born").text) == ["Name", "Date of birth"])
        }
    }

    @Test func `fields that the organisation has added can be chosen`() async throws {
        try await TestDesk.run { desk in
            let session = desk.engine.systemSession(as: .operator, reason: "test")
            try await session.addField(
                NewField(name: "Tier__c", type: .string, label: "Tier", labelJa: "会員区分"), to: "Contact"
            )
            _ = try await desk.make("Contact", ["LastName": "Abe", "Tier__c": "Gold"])
            let browser = try await desk.browser(of: TestDesk.officer)
            let page = try await browser.get("/contacts?columns=Tier__c&sort=Tier__c").text
            #expect(Self.heads(page) == ["氏名", "会員区分"])
            #expect(page.contains(">Gold</td>"))
        }
    }

    @Test func `a file holds exactly what is shown: columns, order, filters, and why not to write`() async throws {
        try await TestDesk.run { desk in
            let ids = try await Self.fill(desk)
            let browser = try await desk.browser(of: TestDesk.agent)
            _ = try await browser.get("/contacts?sort=-name&columns=city.email")
            let all = try await browser.post("/contacts/export", ["sort": "-name", "columns": "city.email"])
            #expect(all.status == .ok)
            #expect(all.headers[.contentType] == "text/csv; charset=utf-8")
            #expect(all.headers[.contentDisposition]?.contains("filename=\"contacts-") == true)
            let lines = [
                "\u{FEFF}氏名,メール,メール：連絡の可否,市区町村", "Chiba,Chiba@example.com,,Kobe",
                "Baba,Baba@example.com,送信不可,Nara", "Abe,Abe@example.com,,Kobe", "",
            ]
            #expect(all.text == lines.joined(separator: "\r\n"))
            let picked = try await browser.post("/contacts/export", ["columns": "city", "id": ids[0].description])
            #expect(picked.text == "\u{FEFF}氏名,市区町村\r\nAbe,Kobe\r\n")
        }
    }

    @Test func `whose data was exported, when and by whom is on the person's page`() async throws {
        try await TestDesk.run { desk in
            let ids = try await Self.fill(desk)
            let agent = try await desk.browser(of: TestDesk.agent)
            _ = try await agent.get("/contacts")
            _ = try await agent.post("/contacts/export", ["id": ids[1].description])
            let officer = try await desk.browser(of: TestDesk.officer)
            #expect(try await officer.get("/people/\(ids[1])").text.contains("出力・Azukari Console・お客様対応"))
            #expect(try await !officer.get("/people/\(ids[0])").text.contains("出力・Azukari Console"))
        }
    }

    @Test func `an export is asked for by a page of ours and by nobody else`() async throws {
        try await TestDesk.run { desk in
            _ = try await Self.fill(desk)
            let browser = try await desk.browser(of: TestDesk.agent)
            let forged = try await browser.post("/contacts/export", [:], token: String(repeating: "0", count: 64))
            #expect(forged.status == .forbidden)
            #expect(!forged.text.contains("Abe"))
            #expect(try await browser.get("/contacts/export").status == .notFound)
        }
    }

    @Test func `cases are exported with their customers, in the reader's words`() async throws {
        try await TestDesk.run { desk in
            let contact = try await desk.make("Contact", ["LastName": "Abe"])
            _ = try await desk.make(
                "Case", ["ContactId": .id(contact), "Subject": "=1+1", "Status": "New", "Priority": "High"])
            let browser = try await desk.browser(of: TestDesk.agent)
            let page = try await browser.get("/cases?columns=person.status.priority").text
            #expect(page.contains("<a href=\"/people/\(contact)\">Abe</a>"))
            let file = try await browser.post("/cases/export", ["columns": "person.status.priority"])
            #expect(file.text == "\u{FEFF}件名,顧客,状態,優先度\r\n'=1+1,Abe,新規,高\r\n")
        }
    }
}
