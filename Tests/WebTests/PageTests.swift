import Engine
import HTTPTypes
import Records
import Testing

@testable import Web

struct PageTests {
    @Test func `nobody sees a page without signing in, and comes back to it afterwards`() async throws {
        try await TestDesk.run { desk in
            let answer = try await desk.browser().get("/contacts?q=a")
            #expect(answer.status == .seeOther)
            #expect(answer.headers[.location] == "/sign-in?back=%2Fcontacts%3Fq%3Da")
        }
    }

    @Test func `a wrong password is answered alike whether the user exists`() async throws {
        try await TestDesk.run { desk in
            var texts: [String] = []
            for user in [TestDesk.officer, "nobody@example.com"] {
                let browser = desk.browser(language: "en")
                _ = try await browser.get("/sign-in")
                let answer = try await browser.post("/sign-in", ["username": user, "password": "wrong"])
                #expect(answer.status == .unauthorized)
                let token = await browser.cookie(FormToken.cookieName) ?? ""
                texts.append(answer.text.replacing(user, with: "").replacing(token, with: ""))
            }
            #expect(texts[0] == texts[1])
            #expect(texts[0].contains("The user name or the password is not right."))
        }
    }

    @Test func `a form without the token of this browser is refused`() async throws {
        try await TestDesk.run { desk in
            let browser = try await desk.browser(of: TestDesk.officer)
            let person = try await desk.make("Contact", ["LastName": "山田"])
            for token in ["", String(repeating: "0", count: 64)] {
                let answer = try await browser.post("/people/\(person)/messages", ["text": "x"], token: token)
                #expect(answer.status == .forbidden)
                #expect(answer.text.contains("この画面は使えなくなりました"))
            }
        }
    }

    @Test func `cookies are for this host alone, and scripts cannot read them`() async throws {
        try await TestDesk.run { desk in
            let browser = desk.browser()
            let shown = try await browser.get("/sign-in")
            let signedIn = try await browser.post(
                "/sign-in", ["username": TestDesk.officer, "password": TestDesk.password]
            )
            for set in shown.headers[values: .setCookie] + signedIn.headers[values: .setCookie] {
                #expect(set.hasPrefix("__Host-azukari"))
                for property in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] { #expect(set.contains(property)) }
            }
        }
    }

    @Test func `pages may hold nothing inline, be framed by nobody and kept by no cache`() async throws {
        try await TestDesk.run { desk in
            let answer = try await desk.browser(of: TestDesk.officer).get("/")
            let policy = try #require(answer.headers[.contentSecurityPolicy])
            #expect(policy.hasPrefix("default-src 'none'"))
            #expect(policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe"))
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(answer.headers[.strictTransportSecurity] != nil)
            #expect(
                !answer.text.contains(" style=") && !answer.text.contains(" onclick=")
                    && !answer.text.contains("<script>"))
        }
    }

    @Test func `assets are linked with their hash and kept for ever`() async throws {
        try await TestDesk.run { desk in
            let browser = desk.browser()
            let page = try await browser.get("/sign-in").text
            let link = try #require(page.firstMatch(of: #/href="(\/assets\/azukari-\w+\.css)"/#)).output.1
            let style = try await browser.get(String(link))
            #expect(style.headers[.cacheControl] == "public, max-age=31536000, immutable")
            #expect(style.text.hasPrefix("/* The order"))
            #expect(try await browser.get("/assets/azukari-old.css").status == .notFound)
        }
    }

    @Test func `the language is the reader's choice, then the browser's`() async throws {
        try await TestDesk.run { desk in
            let browser = try await desk.browser(of: TestDesk.officer, language: "en")
            #expect(try await browser.get("/contacts").text.contains("<html lang=\"en\""))
            let choice = try await browser.get("/language/ja?back=/contacts")
            #expect(choice.headers[.location] == "/contacts")
            #expect(try await browser.get("/contacts").text.contains("<html lang=\"ja\""))
            let away = try await browser.get("/language/en?back=//evil.example")
            #expect(away.headers[.location] == "/")
        }
    }

    @Test(arguments: ["ja", "en"])
    func `every page renders, and names that look like code stay text`(language: String) async throws {
        try await TestDesk.run { desk in
            let hostile = "<script>alert(1)</script>"
            let contact = try await desk.make(
                "Contact",
                [
                    "LastName": .text(hostile), "FirstName": "{{x}}", "Email": "yamada@example.co.jp",
                    "Phone": "03-0000-0001",
                    "HasOptedOutOfEmail": true,
                ])
            let record = try await desk.make(
                "Case",
                [
                    "ContactId": .id(contact), "Subject": .text(hostile), "Description": "{{{t}}}", "Status": "New",
                    "Origin": "Web",
                ])
            _ = try await desk.make("CaseComment", ["ParentId": .id(record), "CommentBody": .text(hostile)])
            let browser = try await desk.browser(of: TestDesk.officer, language: language)
            let paths = [
                "/", "/contacts", "/contacts?q=yamada&consent=email&sort=-changed", "/cases", "/cases?status=open",
                "/search?q=yamada", "/search", "/people/\(contact)", "/people/\(contact)?compose=mail",
                "/people/\(contact)?compose=call", "/people/\(contact)/consent", "/people/\(contact)/requests/new",
                "/cases/\(record)", "/privacy", "/privacy?view=all", "/look",
            ]
            for path in paths {
                let page = try await browser.get(path)
                #expect(page.status == .ok, "\(path): \(page.text.suffix(400))")
                #expect(!page.text.contains(hostile), "\(path)")
                #expect(page.text.contains("<h1"), "\(path)")
                #expect(!page.text.contains("Words("), "\(path)")
            }
            let person = try await browser.get("/people/\(contact)").text
            #expect(
                person.contains("&lt;script&gt;alert(1)&lt;/script&gt; {{x}}")
                    || person.contains("{{x}} &lt;script&gt;"))
        }
    }

    @Test func `the composer refuses before a word is typed, and the door refuses afterwards`() async throws {
        try await TestDesk.run { desk in
            let contact = try await desk.make(
                "Contact",
                [
                    "LastName": "山田", "Email": "yamada@example.co.jp", "HasOptedOutOfEmail": true,
                ])
            let browser = try await desk.browser(of: TestDesk.officer)
            let page = try await browser.get("/people/\(contact)?compose=mail").text
            #expect(page.contains("この方にメールは送れません"))
            #expect(!page.contains("name=\"subject\""))
            let sent = try await browser.post(
                "/people/\(contact)/messages", ["channel": "mail", "subject": "x", "text": "y"]
            )
            #expect(sent.status == .ok)
            #expect(sent.text.contains("この方にメールは送れません"))
        }
    }

    @Test func `what a search finds is called what people know it by, and leads to its case or person`() async throws {
        try await TestDesk.run { desk in
            let contact = try await desk.make("Contact", ["LastName": "山田", "Email": "yamada@example.co.jp"])
            let record = try await desk.make(
                "Case", ["ContactId": .id(contact), "Subject": "納品の遅れ", "Description": "yamada@example.co.jp"])
            _ = try await desk.make(
                "EmailMessage",
                [
                    "ParentId": .id(record), "Subject": "お詫び", "TextBody": "yamada@example.co.jp 様", "Incoming": true,
                ])
            _ = try await desk.make(
                "CaseComment", ["ParentId": .id(record), "CommentBody": "yamada@example.co.jp に連絡"])
            let page = try await desk.browser(of: TestDesk.agent).get("/search?q=yamada@example.co.jp").text
            #expect(page.contains("<a href=\"/cases/\(record)\" data-open>お詫び</a>"))
            #expect(page.matches(of: #/<a href="\/cases\/\w+" data-open>\d+ 納品の遅れ<\/a>/#).count == 2)
        }
    }

    @Test func `a mail about no case is recorded, and stands in the person's timeline`() async throws {
        try await TestDesk.run { desk in
            let contact = try await desk.make("Contact", ["LastName": "山田", "Email": "yamada@example.co.jp"])
            let browser = try await desk.browser(of: TestDesk.agent)
            _ = try await browser.get("/people/\(contact)?compose=mail")
            let sent = try await browser.post(
                "/people/\(contact)/messages",
                ["channel": "mail", "subject": "ご案内", "text": "お待ちしております。", "about": ""])
            #expect(sent.status == .seeOther, "\(sent.text.suffix(400))")
            let page = try await browser.get("/people/\(contact)").text
            #expect(page.contains("お客様へのメール：ご案内") && page.contains("お待ちしております。"))
            let mails = try await desk.engine.systemSession(as: .operator, reason: "test")
                .query("SELECT ToAddress, Subject FROM EmailMessage")
            #expect(mails.map { $0["ToAddress"].text } == ["yamada@example.co.jp"])
        }
    }

    @Test func `an opt-in needs its text, an opt-out does not, and the flag follows`() async throws {
        try await TestDesk.run { desk in
            let contact = try await desk.make("Contact", ["LastName": "山田", "Email": "yamada@example.co.jp"])
            let browser = try await desk.browser(of: TestDesk.officer)
            let path = "/people/\(contact)/consent"
            let bare = try await browser.post(
                path,
                [
                    "channel": "Email", "status": "OptIn", "method": "Phone", "source": "通話", "date": "2026-11-23",
                    "language": "ja",
                ])
            #expect(bare.status == .ok)
            #expect(bare.text.contains("本人が同意した文面を入力してください"))
            #expect(bare.text.contains("value=\"通話\""))
            let out = try await browser.post(
                path,
                [
                    "channel": "Email", "status": "OptOut", "method": "Phone", "source": "通話", "date": "2026-11-23",
                    "language": "ja",
                ])
            #expect(out.status == .seeOther, "\(out.text.suffix(300))")
            let page = try await browser.get("/people/\(contact)").text
            #expect(page.contains("送信不可"))
        }
    }

    @Test func `what is absent and what is not one's own look the same`() async throws {
        try await TestDesk.run { desk in
            let contact = try await desk.make("Contact", ["LastName": "山田"])
            let agent = try await desk.browser(of: TestDesk.agent, language: "en")
            let absent = try await agent.get("/people/003000000000000AAA")
            let forbidden = try await agent.get("/people/\(contact)/requests/new")
            let unknown = try await agent.get("/nothing/here")
            for answer in [absent, forbidden, unknown] {
                #expect(answer.status == .notFound)
                #expect(answer.text == absent.text)
            }
            #expect(try await agent.get("/people/\(contact)").status == .ok)
            #expect(try await agent.get("/privacy").status == .notFound)
        }
    }

    @Test func `signing out ends the session`() async throws {
        try await TestDesk.run { desk in
            let browser = try await desk.browser(of: TestDesk.officer)
            #expect(try await browser.get("/").status == .ok)
            #expect(try await browser.post("/sign-out", [:]).status == .seeOther)
            #expect(try await browser.get("/").status == .seeOther)
        }
    }
}
