import AzukariTesting
import Engine
import HTTPTypes
import Records
import Testing

@testable import Web

/// What everybody did, as the administrator looks at it.
struct EventsTests {
    @Test func `pages and sign-ins are counted when their hour is over, and their file can be taken away`() async throws
    {
        try await TestDesk.run { desk in
            let officer = try await desk.browser(of: TestDesk.officer)
            let agent = try await desk.browser(of: TestDesk.agent)
            let person = try await desk.make("Contact", ["LastName": "山田"])
            _ = try await agent.get("/people/\(person)")
            _ = try await agent.get("/people/003000000000ZZZAAA")
            let before = try await officer.get("/events").text
            #expect(before.contains("ファイルはまだありません。"))
            desk.clock.advance(seconds: 3_600)
            try await desk.engine.closeEvents()
            let page = try await officer.get("/events").text
            #expect(page.contains("2026/11/23 18:00：3件、うち拒否・失敗 1件"), "pages of both")
            #expect(page.contains("2026/11/23 18:00：2件、うち拒否・失敗 0件"), "sign-ins of both")
            let link = try #require(page.firstMatch(of: /href="(\/events\/0AT\w+)"[^>]*aria-label="画面の表示/)).output.1
            let file = try await officer.get(String(link))
            #expect(file.headers[.contentDisposition] == "attachment; filename=\"URI-2026-11-23T09.csv\"")
            #expect(file.text.contains("\"/people/003…\"") && !file.text.contains("\(person)"))
            #expect(try await officer.get("/events?span=month&day=2026-11-22").text.contains("ファイルはまだありません。"))
            #expect(try await officer.get("/events?span=month&day=2026-11-23").text.contains(link))
            #expect(try await officer.get("/events?span=never&day=x").status == .ok)
            #expect(try await agent.get("/events").status == .notFound)
            #expect(try await agent.get(String(link)).status == .notFound)
            #expect(try await !agent.get("/").text.contains("/events"))
        }
    }
}
