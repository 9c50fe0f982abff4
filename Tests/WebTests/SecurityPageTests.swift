import AzukariTesting
import Engine
import Foundation
import HTTPTypes
import Records
import Testing

@testable import Identity
@testable import Web

struct SecurityPageTests {
    @Test func `an app is set up, asked for, and removed`() async throws {
        try await TestDesk.run { desk in
            let browser = try await desk.browser(of: TestDesk.agent, language: "en")
            #expect(try await browser.get("/security").text.contains("None yet"))
            #expect(try await browser.post("/security/app/new", [:]).headers[.location] == "/security/app")
            let page = try await browser.get("/security/app").text
            let typed = try #require(page.firstMatch(of: /class="secret">([A-Z2-7 ]+)</)).output.1
            #expect(page.contains("<svg class=\"qr\"") && page.contains("h1v1h-1z"))
            let code = OneTimeCode(secret: TestPasskey.base32(String(typed)))
            func now() -> String { code.code(of: desk.clock.now.milliseconds / 30_000) }
            let wrong = try await browser.post("/security/app", ["name": "My <phone>", "code": "000000"])
            #expect(wrong.status == .unprocessableContent && wrong.text.contains("My &lt;phone&gt;"))
            #expect(wrong.text.contains(typed), "the secret stays the same")
            #expect(try await browser.post("/security/app", ["name": "My <phone>", "code": now()]).status == .seeOther)
            #expect(try await browser.get("/security").text.contains("My &lt;phone&gt;"))
            #expect(try await browser.get("/security/app").status == .seeOther, "a secret is shown until it counts")
            let codes = try await browser.post("/security/codes", [:]).text
            let paper = codes.matches(of: /<li><code>([A-Z0-9-]{29})<\/code>/).map { String($0.output.1) }
            #expect(paper.count == 10)
            #expect(try await !browser.get("/security").text.contains(paper[0]))

            // The next sign-in asks for it.
            let other = Browser(client: desk.client, language: "en")
            _ = try await other.get("/sign-in")
            func signIn() async throws -> Browser.Answer {
                try await other.post(
                    "/sign-in", ["username": TestDesk.agent, "password": TestDesk.password, "back": "/contacts"])
            }
            let asked = try await signIn()
            #expect(asked.headers[.location] == "/sign-in/second?back=%2Fcontacts")
            #expect(await other.cookie(SignIn.cookieName) == nil, "nobody is in by half a sign-in")
            #expect(try await other.get("/contacts").status == .seeOther)
            #expect(try await other.get("/sign-in/second?back=%2Fcontacts").text.contains("name=\"code\""))
            #expect(
                try await other.post("/sign-in/second", ["code": "1", "back": "/contacts"]).status == .unauthorized)
            desk.clock.advance(seconds: 30)
            let finished = try await other.post("/sign-in/second", ["code": now(), "back": "//evil.example"])
            #expect(finished.headers[.location] == "/")
            #expect(try await other.get("/contacts").status == .ok)
            _ = try await signIn()
            #expect(try await other.post("/sign-in/second", ["code": paper[0]]).status == .seeOther)

            // And it goes.
            let action = try #require(
                try await browser.get("/security").text.firstMatch(of: /\/security\/factors\/[0-9A-Za-z]+/)
            ).output
            #expect(try await browser.post(String(action), [:]).status == .seeOther)
            #expect(try await signIn().headers[.location] == "/contacts")
        }
    }

    @Test func `a passkey is added and signs in`() async throws {
        try await TestDesk.run { desk in
            let browser = try await desk.browser(of: TestDesk.agent, language: "en")
            var passkey = TestPasskey(host: "localhost", origin: "https://localhost")
            func question(_ page: String) throws -> (challenge: String, step: String) {
                let challenge = try #require(page.firstMatch(of: /data-challenge="([^"]+)"/)).output.1
                let step = page.firstMatch(of: /name="step" value="([^"]*)"/)?.output.1 ?? ""
                return (String(challenge), String(step))
            }
            let new = try question(try await browser.get("/security/passkey").text)
            let made = passkey.registered(new.challenge)
            let bad = try await browser.post(
                "/security/passkey", ["step": new.step, "credential": made.credentialID, "clientData": "x"])
            #expect(bad.status == .unprocessableContent)
            let again = try question(try await browser.get("/security/passkey").text)
            let answer = passkey.registered(again.challenge)
            let added = try await browser.post(
                "/security/passkey",
                [
                    "step": again.step, "name": "Laptop", "credential": answer.credentialID,
                    "clientData": answer.clientData, "authenticatorData": answer.authenticatorData,
                    "publicKey": answer.publicKey, "algorithm": "-7",
                ])
            #expect(added.status == .seeOther)
            #expect(try await browser.get("/security").text.contains("Laptop"))

            let other = Browser(client: desk.client, language: "en")
            _ = try await other.get("/sign-in")
            let started = try await other.post("/sign-in/passkey", ["back": "/cases"])
            #expect(started.headers[.location] == "/sign-in/second?back=%2Fcases")
            let asked = try await other.get("/sign-in/second?back=%2Fcases").text
            #expect(!asked.contains("name=\"code\""))
            passkey.count += 1
            let used = try passkey.used(try question(asked).challenge)
            let form: KeyValuePairs<String, String> = [
                "credential": used.credentialID, "clientData": used.clientData,
                "authenticatorData": used.authenticatorData, "signature": used.signature, "back": "/cases",
            ]
            #expect(try await other.post("/sign-in/second", form).headers[.location] == "/cases")
            #expect(try await other.get("/cases").status == .ok)
            // The same answer once more says nothing.
            #expect(
                try await other.post("/sign-in/second", form).headers[.location]?.hasPrefix("/sign-in?again") == true)
        }
    }

    @Test func `a desk that was left asks once more who is there`() async throws {
        try await TestDesk.run { desk in
            let browser = try await desk.browser(of: TestDesk.agent, language: "en")
            #expect(try await browser.get("/security/passkey").status == .ok)
            desk.clock.advance(seconds: 901)
            #expect(
                try await browser.get("/security/passkey").headers[.location] == "/prove?back=%2Fsecurity%2Fpasskey")
            for path in ["/security/app/new", "/security/codes", "/security/factors/zF0000000000001AAA"] {
                let answer = try await browser.post(path, [:])
                #expect(answer.headers[.location] == "/prove?back=%2Fsecurity", "\(path)")
            }
            #expect(try await browser.get("/prove?back=%2Fsecurity").status == .ok)
            let wrong = try await browser.post("/prove", ["password": "wrong", "back": "/security"])
            #expect(wrong.status == .unauthorized && wrong.text.contains("value=\"/security\""))
            let old = await browser.cookie(SignIn.cookieName)
            let right = try await browser.post("/prove", ["password": TestDesk.password, "back": "/security/passkey"])
            #expect(await browser.cookie(SignIn.cookieName) != old)
            #expect(try await desk.identity.access(token: old ?? "") == nil, "the old token is no longer good")
            #expect(right.headers[.location] == "/security/passkey")
            #expect(try await browser.get("/security/passkey").status == .ok)
            #expect(try await browser.post("/prove", ["password": TestDesk.password], token: "x").status == .forbidden)
        }
    }

    @Test func `where a second factor is asked for, nothing is shown before one is set up`() async throws {
        try await TestDesk.run { desk in
            _ = try await desk.make("SignInPolicy", ["Name": "All", "RequiresSecondFactor": true])
            let browser = try await desk.browser(of: TestDesk.agent, language: "en")
            for path in ["/", "/contacts", "/people/003000000000001AAA", "/authorize?client_id=x"] {
                #expect(
                    try await browser.get(path).headers[.location] == "/security?told=security.needed", "\(path)")
            }
            #expect(try await browser.get("/security").status == .ok)
            _ = try await browser.post("/security/app/new", [:])
            let page = try await browser.get("/security/app").text
            let typed = try #require(page.firstMatch(of: /class="secret">([A-Z2-7 ]+)</)).output.1
            let code = OneTimeCode(secret: TestPasskey.base32(String(typed)))
            let confirmed = try await browser.post(
                "/security/app", ["name": "Phone", "code": code.code(of: desk.clock.now.milliseconds / 30_000)])
            #expect(confirmed.status == .seeOther)
            #expect(try await browser.get("/contacts").status == .ok)
        }
    }

    @Test func `a password is changed by whoever knows the old one, and ends every sign-in`() async throws {
        try await TestDesk.run { desk in
            let browser = try await desk.browser(of: TestDesk.agent, language: "en")
            let new = "another long password"
            func change(_ old: String, _ new: String, _ again: String) async throws -> Browser.Answer {
                try await browser.post("/security/password", ["old": old, "new": new, "again": again])
            }
            #expect(try await change(TestDesk.password, new, new + "x").text.contains("href=\"#again\""))
            #expect(try await change("wrong", new, new).text.contains("href=\"#old\""))
            #expect(try await change(TestDesk.password, "short", "short").text.contains("href=\"#new\""))
            #expect(
                try await change(TestDesk.password, new, new).headers[.location]?.hasPrefix("/sign-in?changed") == true)
            #expect(try await browser.get("/contacts").status == .seeOther)
            #expect(try await browser.get("/sign-in?changed=1").text.contains("password was changed"))
            let signedIn = try await browser.post("/sign-in", ["username": TestDesk.agent, "password": new])
            #expect(signedIn.headers[.location] == "/")
        }
    }
}

extension SecurityPageTests {
    @Test func `an administrator makes policies, and none that shuts them out`() async throws {
        try await TestDesk.run { desk in
            let officer = try await desk.browser(of: TestDesk.officer, language: "en")
            let agent = try await desk.browser(of: TestDesk.agent, language: "en")
            let path = "/sign-in-policies"
            #expect(try await agent.get(path).status == .notFound)
            #expect(try await agent.post(path, ["name": "x"]).status == .notFound)
            #expect(try await officer.get(path).text.contains("No policies"))
            let wrong = try await officer.post(
                path, ["name": "Office <1>", "addresses": "here", "from": "09:00", "idle": "1", "day": "Monday"])
            #expect(wrong.status == .unprocessableContent)
            for field in ["#addresses", "#to", "#idle"] { #expect(wrong.text.contains("href=\"\(field)\"")) }
            #expect(wrong.text.contains("Office &lt;1&gt;") && wrong.text.contains("value=\"Monday\" checked"))
            // Tests come from no address, and Sunday is another day.
            for shut in [["addresses": "192.0.2.1"], ["day": "Sunday"], ["from": "22:00", "to": "23:00"]] {
                let fields = shut.map { "\($0.key)=\($0.value)" }
                let answer = try await officer.post(
                    path,
                    [
                        "name": "Shut", "addresses": shut["addresses"] ?? "", "day": shut["day"] ?? "Monday",
                        "from": shut["from"] ?? "", "to": shut["to"] ?? "",
                    ])
                #expect(answer.status == .unprocessableContent && answer.text.contains("shut out"), "\(fields)")
            }
            #expect(try await officer.get(path).text.contains("No policies"))
            let made = try await officer.post(path, ["name": "Breaks", "idle": "15", "from": "00:00", "to": "23:59"])
            #expect(made.status == .seeOther)
            let page = try await officer.get(path).text
            #expect(page.contains("ends after 15 minutes without use") && page.contains("00:00 to 23:59"))
            let action = String(try #require(page.firstMatch(of: /\/sign-in-policies\/[0-9A-Za-z]+/)).output)
            #expect(try await agent.post(action, ["act": "delete"]).status == .notFound)
            #expect(try await officer.post(action, ["act": "off"]).status == .seeOther)
            #expect(try await officer.post(action, ["act": "delete"]).status == .seeOther)
            #expect(try await officer.get(path).text.contains("No policies"))
        }
    }
}
