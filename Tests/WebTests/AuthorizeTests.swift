import Engine
import Foundation
import HTTP
import HTTPTypes
import Identity
import Records
import Testing

@testable import Web

/// Applications and devices that a user lets in on a page, and where that is taken back.
struct AuthorizeTests {
    private static let back = "https://app.example.com/back?from=azukari"
    private static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

    private static func application(
        _ desk: TestDesk, isPublic: Bool = false, scopes: Scopes = [.api, .id, .refresh]
    ) async throws -> (clientID: String, secret: String) {
        var new = NewApplication(
            name: "Field <app>", flows: [.authorizationCode, .device], purposes: ["customerService"], runAs: nil)
        new.redirectURIs = [back, "http://localhost/back", "com.example.field:/back"]
        new.isPublic = isPublic
        new.scopes = scopes
        let made = try await desk.identity.addApplication(new)
        return (made.clientID, made.clientSecret ?? "")
    }

    private static func query(_ id: String, _ fields: KeyValuePairs<String, String> = [:]) -> String {
        var all = ["response_type": "code", "client_id": id, "redirect_uri": back, "state": "s&1"]
        for (name, value) in fields { all[name] = value }
        return all.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
            .map { "\($0.key)=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
    }

    private static func parameter(_ name: String, of address: String?) -> String? {
        URLComponents(string: address ?? "")?.queryItems?.first { $0.name == name }?.value
    }

    @Test(arguments: ["ja", "en"])
    func `a user allows an application, which gets its code at its address`(language: String) async throws {
        try await TestDesk.run { desk in
            let (id, secret) = try await Self.application(desk)
            let query = Self.query(id)
            let browser = try await desk.browser(of: TestDesk.agent, language: language)
            let page = try await browser.get("/authorize?\(query)")
            #expect(page.status == .ok)
            #expect(page.text.contains("Field &lt;app&gt;") && !page.text.contains("Field <app>"))
            let policy = page.headers[.contentSecurityPolicy] ?? ""
            #expect(policy.contains("form-action 'self' https://app.example.com;"))
            let answer = try await browser.post("/authorize", ["request": query, "decision": "allow"])
            #expect(answer.status == .seeOther)
            let address = answer.headers[.location] ?? ""
            #expect(address.hasPrefix(Self.back + "&code=") && address.hasSuffix("&state=s%261"))
            let code = try #require(Self.parameter("code", of: address))
            let application = try await desk.identity.application(clientID: id, clientSecret: secret, address: "")
            let grant = try await desk.identity.redeem(
                code: code, redirectURI: Self.back, verifier: nil, by: application)
            #expect(grant.scopes == [.api, .id, .refresh] && grant.refreshToken != nil)
            // Who allowed it once is not asked again, unless the application wants them to be.
            let again = try await browser.get("/authorize?\(query)")
            #expect(Self.parameter("code", of: again.headers[.location]) != nil)
            #expect(try await browser.get("/authorize?\(query)&prompt=consent").status == .ok)
        }
    }

    @Test func `a refusal goes to the application`() async throws {
        try await TestDesk.run { desk in
            let (id, _) = try await Self.application(desk)
            let browser = try await desk.browser(of: TestDesk.agent)
            let answer = try await browser.post("/authorize", ["request": Self.query(id), "decision": "refuse"])
            #expect(Self.parameter("error", of: answer.headers[.location]) == "access_denied")
            #expect(Self.parameter("state", of: answer.headers[.location]) == "s&1")
            let forged = try await browser.post(
                "/authorize", ["request": Self.query(id), "decision": "allow"], token: String(repeating: "0", count: 64)
            )
            #expect(forged.status == .forbidden)
        }
    }

    @Test(arguments: [
        ["client_id": "nobody"], ["redirect_uri": "https://evil.example.com/back"],
        ["redirect_uri": "https://app.example.com/back"],
        ["redirect_uri": "http://localhost.example.com/back"], ["redirect_uri": "http://localhost:8080/other"],
        ["redirect_uri": "javascript:alert(1)"], ["redirect_uri": "https://app.example.com/back?from=azukari#x"],
        ["redirect_uri": ""],
    ])
    func `nobody is led to an address that is not registered`(fields: [String: String]) async throws {
        try await TestDesk.run { desk in
            let (id, _) = try await Self.application(desk)
            var query = Self.query(id)
            if let client = fields["client_id"] { query = query.replacing(id, with: client) }
            if let uri = fields["redirect_uri"] { query = Self.query(id, ["redirect_uri": uri]) }
            let browser = try await desk.browser(of: TestDesk.agent)
            for answer in [
                try await browser.get("/authorize?\(query)"),
                try await browser.post("/authorize", ["request": query, "decision": "allow"]),
                try await browser.get("/authorize?\(query)&prompt=none"),
            ] {
                #expect(answer.status == .badRequest && answer.headers[.location] == nil, "\(query)")
            }
        }
    }

    @Test(arguments: [
        (["response_type": "token"], "unsupported_response_type"), (["scope": "api nothing"], "invalid_scope"),
        (["scope": "full"], "invalid_scope"),
        (["code_challenge": "short", "code_challenge_method": "S256"], "invalid_request"),
        (["code_challenge": challenge, "code_challenge_method": "plain"], "invalid_request"),
        (["code_challenge": challenge], "invalid_request"), (["prompt": "none"], "consent_required"),
    ])
    func `the application is told what is wrong with its request`(fields: [String: String], error: String) async throws
    {
        try await TestDesk.run { desk in
            let (id, _) = try await Self.application(desk)
            var query = Self.query(id)
            for (name, value) in fields {
                query = query.split(separator: "&").filter { !$0.hasPrefix("\(name)=") }.joined(separator: "&")
                query += "&\(name)=\(PercentEncoding.encode(value))"
            }
            let answer = try await desk.browser(of: TestDesk.agent).get("/authorize?\(query)")
            #expect(Self.parameter("error", of: answer.headers[.location]) == error)
            #expect(Self.parameter("state", of: answer.headers[.location]) == "s&1")
        }
    }

    @Test func `whoever is not signed in signs in first, or is told so where no page is wanted`() async throws {
        try await TestDesk.run { desk in
            let (id, _) = try await Self.application(desk)
            let query = Self.query(id)
            let browser = desk.browser()
            let first = try await browser.get("/authorize?\(query)")
            #expect(first.headers[.location] == "/sign-in?back=\(PercentEncoding.encode("/authorize?\(query)"))")
            let none = try await browser.get("/authorize?\(query)&prompt=none")
            #expect(Self.parameter("error", of: none.headers[.location]) == "login_required")
            let signedIn = try await desk.browser(of: TestDesk.agent)
            let again = try await signedIn.get("/authorize?\(query)&prompt=login")
            #expect(again.headers[.location] == "/sign-in?back=\(PercentEncoding.encode("/authorize?\(query)"))")
        }
    }

    @Test(arguments: ["http://localhost:49152/back", "http://localhost/back"])
    func `a public application proves itself, at any port of the user's machine`(uri: String) async throws {
        try await TestDesk.run { desk in
            let (id, secret) = try await Self.application(desk, isPublic: true)
            #expect(secret.isEmpty)
            let bare = Self.query(id, ["redirect_uri": uri])
            let browser = try await desk.browser(of: TestDesk.agent)
            let without = try await browser.get("/authorize?\(bare)")
            #expect(Self.parameter("error", of: without.headers[.location]) == "invalid_request")
            let query = bare + "&code_challenge=\(Self.challenge)&code_challenge_method=S256"
            let answer = try await browser.post("/authorize", ["request": query, "decision": "allow"])
            let code = try #require(Self.parameter("code", of: answer.headers[.location]))
            let application = try await desk.identity.application(
                clientID: id, clientSecret: "", address: "", mayBePublic: true)
            func redeem(_ verifier: String?) async throws -> AccessGrant {
                try await desk.identity.redeem(code: code, redirectURI: uri, verifier: verifier, by: application)
            }
            for wrong in [nil, "x", String(repeating: "x", count: 43)] {
                await #expect(throws: SignInRefusal.badGrant("invalid code verifier")) { try await redeem(wrong) }
            }
            // The pair of RFC 7636, appendix B.
            let grant = try await redeem("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
            #expect(grant.refreshToken != nil)
            // Anybody may say to be a public application: its users are asked each time.
            #expect(try await browser.get("/authorize?\(query)").status == .ok)
        }
    }

    @Test func `a user lets in the device whose code they type`() async throws {
        try await TestDesk.run { desk in
            let (id, secret) = try await Self.application(desk)
            let application = try await desk.identity.application(clientID: id, clientSecret: secret, address: "")
            let device = try await desk.identity.startDevice(application, scopes: "api refresh_token")
            await #expect(throws: SignInRefusal.authorizationPending) {
                try await desk.identity.redeem(deviceCode: device.deviceCode, by: application)
            }
            let browser = try await desk.browser(of: TestDesk.agent, language: "en")
            #expect(try await browser.get("/device").text.contains("Let a device in"))
            let wrong = try await browser.post("/device", ["user_code": "BBBB-BBBB"])
            #expect(wrong.status == .badRequest && wrong.text.contains("No device waits"))
            let typed = device.userCode.lowercased().replacing("-", with: " ")
            let asked = try await browser.post("/device", ["user_code": typed])
            #expect(asked.status == .ok && asked.text.contains("Field &lt;app&gt;"))
            let done = try await browser.post("/device", ["user_code": typed, "decision": "allow"])
            #expect(done.headers[.location] == "/access?told=device.allowed")
            let grant = try await desk.identity.redeem(deviceCode: device.deviceCode, by: application)
            #expect(grant.scopes == [.api, .refresh] && grant.refreshToken != nil)
            // The letters are good once.
            #expect(try await browser.post("/device", ["user_code": typed]).status == .badRequest)
        }
    }

    @Test func `a refused device is told so`() async throws {
        try await TestDesk.run { desk in
            let (id, secret) = try await Self.application(desk)
            let application = try await desk.identity.application(clientID: id, clientSecret: secret, address: "")
            let device = try await desk.identity.startDevice(application, scopes: nil)
            let browser = try await desk.browser(of: TestDesk.agent)
            _ = try await browser.post("/device", ["user_code": device.userCode, "decision": "refuse"])
            await #expect(throws: SignInRefusal.accessDenied) {
                try await desk.identity.redeem(deviceCode: device.deviceCode, by: application)
            }
        }
    }

    @Test func `what was allowed is listed, and can be taken back by its user alone`() async throws {
        try await TestDesk.run { desk in
            let (id, secret) = try await Self.application(desk)
            let application = try await desk.identity.application(clientID: id, clientSecret: secret, address: "")
            let browser = try await desk.browser(of: TestDesk.agent, language: "en")
            let answer = try await browser.post("/authorize", ["request": Self.query(id), "decision": "allow"])
            let code = try #require(Self.parameter("code", of: answer.headers[.location]))
            let token = try await desk.identity.redeem(
                code: code, redirectURI: Self.back, verifier: nil, by: application
            ).token
            let page = try await browser.get("/access")
            #expect(page.text.contains("Field &lt;app&gt;") && page.text.contains("you are here"))
            let place = try #require(page.text.firstMatch(of: #//access/grants/[A-Za-z0-9]{18}/#))
            let other = try await desk.browser(of: TestDesk.officer)
            _ = try await other.post(String(place.output), [:])
            #expect(try await desk.identity.session(token: token) != nil)
            _ = try await browser.post(String(place.output), [:])
            #expect(try await desk.identity.session(token: token) == nil)
            #expect(try await !browser.get("/access").text.contains("Field &lt;app&gt;"))
        }
    }

    @Test func `all other sign-ins end at once, and this one stays`() async throws {
        try await TestDesk.run { desk in
            let first = try await desk.browser(of: TestDesk.agent)
            let second = try await desk.browser(of: TestDesk.agent)
            let others = try await first.post("/access/others", [:])
            #expect(others.headers[.location] == "/access?told=access.others_ended")
            #expect(try await first.get("/access").status == .ok)
            #expect(try await second.get("/access").status == .seeOther)
        }
    }

    @Test func `a token that is not for pages opens none`() async throws {
        try await TestDesk.run { desk in
            let (id, secret) = try await Self.application(desk)
            let application = try await desk.identity.application(clientID: id, clientSecret: secret, address: "")
            let grant = try await desk.identity.signIn(
                username: TestDesk.agent, password: TestDesk.password, address: "", application: application.signing)
            let browser = desk.browser()
            await browser.keep(SignIn.cookieName, grant.token)
            #expect(try await browser.get("/access").status == .seeOther)
        }
    }
}
