import HTTPTypes
import Records
import Testing

@testable import Web

/// What an ordinary agent can do by page, and what is not there for them.
struct AgentTests {
    private static let yes: KeyValuePairs = [
        "channel": "Email", "status": "OptIn", "method": "Phone", "source": "通話 2026-11-23", "date": "2026-11-23",
        "shown": "新商品をメールでご案内します。", "version": "3", "language": "ja",
    ]

    @Test func `an agent records a consent with proof, and withdraws it with less`() async throws {
        try await TestDesk.run { desk in
            let individual = try await desk.make("Individual", ["LastName": "山田"])
            let contact = try await desk.make(
                "Contact",
                [
                    "LastName": "山田", "Email": "yamada@example.co.jp", "HasOptedOutOfEmail": true,
                    "IndividualId": .id(individual),
                ])
            let agent = try await desk.browser(of: TestDesk.agent)
            let path = "/people/\(contact)/consent"
            #expect(try await agent.get(path).text.contains("証跡とともに保存"))
            let given = try await agent.post(path, Self.yes)
            #expect(given.status == .seeOther, "\(given.text.suffix(400))")
            let page = try await agent.get("/people/\(contact)?compose=mail").text
            #expect(page.contains("送信可") && page.contains("name=\"subject\""))
            #expect(try await agent.get(path).text.contains("新商品をメールでご案内します。"))
            let withdrawn = try await agent.post(
                path, ["channel": "Email", "status": "OptOut", "method": "Phone", "date": "2026-11-23"])
            #expect(withdrawn.status == .seeOther, "\(withdrawn.text.suffix(400))")
            #expect(try await agent.get("/people/\(contact)?compose=mail").text.contains("この方にメールは送れません"))
        }
    }

    @Test func `a consent without its text or its place is not recorded, and what was typed is kept`() async throws {
        try await TestDesk.run { desk in
            let contact = try await desk.make("Contact", ["LastName": "山田", "Email": "yamada@example.co.jp"])
            let agent = try await desk.browser(of: TestDesk.agent)
            let refused = try await agent.post(
                "/people/\(contact)/consent",
                ["channel": "Email", "status": "OptIn", "method": "Phone", "date": "2026-11-23", "version": "第3版"])
            #expect(refused.status == .ok)
            #expect(refused.text.contains("記録の所在を入力してください"))
            #expect(refused.text.contains("本人が同意した文面を入力してください"))
            #expect(refused.text.contains("value=\"第3版\""))
            #expect(try await agent.get("/people/\(contact)/consent").text.contains("証跡のある記録はまだありません"))
        }
    }

    @Test func `of requests, erasures and restrictions nothing is there for an agent`() async throws {
        try await TestDesk.run { desk in
            let contact = try await desk.make("Contact", ["LastName": "山田", "Email": "yamada@example.co.jp"])
            let officer = try await desk.browser(of: TestDesk.officer)
            let opened = try await officer.post(
                "/people/\(contact)/requests", ["kind": "Erasure", "received": "2026-11-23", "channel": "Email"])
            let request = try #require(opened.headers[.location]?.split(separator: "?").first)
            let agent = try await desk.browser(of: TestDesk.agent)
            for path in ["/people/\(contact)", "/"] {
                let page = try await agent.get(path).text
                for word in ["/privacy", "請求", "/requests/new", "/package/"] {
                    #expect(!page.contains(word), "\(path): \(word)")
                }
            }
            let absent = try await agent.get("/nothing")
            for path in [
                "/privacy", "\(request)", "\(request)/preview", "\(request)/certificate",
                "/people/\(contact)/requests/new", "/people/\(contact)/package/zip",
            ] {
                let page = try await agent.get(path)
                #expect(page.status == .notFound && page.text == absent.text, "\(path)")
            }
            for path in [
                "/people/\(contact)/requests", "\(request)/verify", "\(request)/approve", "\(request)/carryOut",
            ] {
                let answer = try await agent.post(path, ["kind": "Erasure", "received": "2026-11-23", "reason": "x"])
                #expect(answer.status == .notFound, "\(path)")
            }
            let after = try await officer.get("\(request)").text
            #expect(after.contains("受付済み"))
        }
    }
}
