import AzukariTesting
import Crypto
import CryptoExtras
import Engine
import Foundation
import HTTPTypes
import HummingbirdTesting
import Identity
import Records
import Testing

/// Tokens that a user allowed an application, renewed and ended, and what they may be used for.
struct GrantTests {
    private static let back = "https://app.example.com/back"
    private static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    private static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    /// An application, and what its user allows it.
    private struct App: Sendable {
        let server: TestServer
        let id: String
        let secret: String

        init(_ server: TestServer, _ change: (inout NewApplication) -> Void = { _ in }) async throws {
            var new = NewApplication(
                name: "Field", flows: [.authorizationCode, .device, .password], purposes: ["customerService"],
                runAs: nil)
            new.redirectURIs = [back]
            change(&new)
            let made = try await server.identity.addApplication(new)
            (self.server, id, secret) = (server, made.clientID, made.clientSecret ?? "")
        }

        /// The code, as the browser brings it.
        func code(scopes: String? = nil, nonce: String? = nil) async throws -> String {
            let asked: [String: String?] = [
                "client_id": id, "redirect_uri": back, "response_type": "code", "scope": scopes, "nonce": nonce,
                "code_challenge": challenge, "code_challenge_method": "S256",
            ]
            let authorization = try await server.identity.authorization(for: AuthorizationRequest { asked[$0] ?? nil })
            let session = try #require(try await server.identity.session(token: server.token))
            let address = try await server.identity.allow(authorization, by: session)
            return try #require(URLComponents(string: address)?.queryItems?.first { $0.name == "code" }?.value)
        }

        func ask(_ form: String) async throws -> Answer {
            try await server.post(
                form: "client_id=\(id)&client_secret=\(secret)&\(form)", to: "/services/oauth2/token")
        }

        func redeem(_ code: String, uri: String = back, verifier: String = verifier) async throws -> Answer {
            try await ask("grant_type=authorization_code&code=\(code)&redirect_uri=\(uri)&code_verifier=\(verifier)")
        }

        func refresh(_ token: String, _ more: String = "") async throws -> Answer {
            try await ask("grant_type=refresh_token&refresh_token=\(token)\(more)")
        }

        /// What the status of a read is with a token.
        func read(_ token: String) async throws -> Int {
            try await server.call(.get, "sobjects/Contact/describe", token: token).status
        }
    }

    private static func text(_ name: String, _ answer: Answer) throws -> String {
        #expect(answer.status == 200, "\(answer.body)")
        return try #require(answer.json[name] as? String)
    }

    @Test func `a code gives a token, which is renewed for as long as the user lets it`() async throws {
        let clock = TestClock()
        try await TestServer.run(environment: clock.environment) { server in
            let app = try await App(server)
            let first = try await app.redeem(try await app.code())
            let refresh = try Self.text("refresh_token", first)
            #expect(try await app.read(try Self.text("access_token", first)) == 200)
            clock.advance(days: 2)
            #expect(try await app.read(try Self.text("access_token", first)) == 401)
            let renewed = try await app.refresh(refresh)
            // Without rotation the old one stays good.
            #expect(renewed.json["refresh_token"] == nil)
            #expect(try await app.read(try Self.text("access_token", renewed)) == 200)
            clock.advance(days: 89)
            #expect(try await app.refresh(refresh).status == 200)
            clock.advance(days: 91)
            let late = try await app.refresh(refresh)
            #expect(late.json["error"] as? String == "invalid_grant")
            #expect(late.json["error_description"] as? String == "expired access/refresh token")
        }
    }

    @Test func `a code that comes twice ends what was given for it`() async throws {
        try await TestServer.run { server in
            let app = try await App(server)
            let code = try await app.code()
            let first = try await app.redeem(code)
            let token = try Self.text("access_token", first)
            #expect(try await app.read(token) == 200)
            #expect(try await app.redeem(code).json["error"] as? String == "invalid_grant")
            #expect(try await app.read(token) == 401)
            #expect(try await app.refresh(try Self.text("refresh_token", first)).status == 400)
        }
    }

    @Test func `a refresh token that was replaced ends everything when it comes again`() async throws {
        try await TestServer.run { server in
            let app = try await App(server) { $0.isRotating = true }
            let first = try Self.text("refresh_token", try await app.redeem(try await app.code()))
            let second = try await app.refresh(first)
            let (next, token) = (try Self.text("refresh_token", second), try Self.text("access_token", second))
            #expect(next != first && next.hasPrefix(String(first.prefix(15))))
            #expect(try await app.refresh(first).status == 400)
            #expect(try await app.read(token) == 401)
            #expect(try await app.refresh(next).status == 400)
        }
    }

    @Test func `of many who bring a code at once, at most one gets a token, and it ends`() async throws {
        try await TestServer.run { server in
            let app = try await App(server)
            let code = try await app.code()
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<8 { group.addTask { try await app.redeem(code) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let given = answers.compactMap { $0.json["access_token"] as? String }
            #expect(given.count <= 1)
            #expect(answers.filter { $0.json["error"] as? String == "invalid_grant" }.count == 8 - given.count)
            for token in given { #expect(try await app.read(token) == 401) }
        }
    }

    @Test func `what is wrong with a code gives no token`() async throws {
        let clock = TestClock()
        try await TestServer.run(environment: clock.environment) { server in
            let app = try await App(server)
            let other = try await App(server)
            let code = try await app.code()
            func refused(_ answer: Answer, _ error: String) {
                #expect(answer.status == 400 && answer.json["error"] as? String == error, "\(answer.body)")
            }
            refused(try await app.redeem(code, uri: "https://app.example.com/other"), "redirect_uri_mismatch")
            refused(try await app.redeem(code, verifier: String(repeating: "a", count: 43)), "invalid_grant")
            refused(try await other.redeem(code), "invalid_grant")
            refused(try await app.redeem(code + "x"), "invalid_grant")
            refused(try await app.redeem("nothing"), "invalid_grant")
            refused(try await app.refresh(code), "invalid_grant")
            refused(try await app.ask("grant_type=authorization_code"), "invalid_request")
            refused(
                try await server.post(
                    form: "grant_type=authorization_code&code=\(code)&client_id=\(app.id)&client_secret=no",
                    to: "/services/oauth2/token"), "invalid_client")
            // None of these has spent it.
            clock.advance(seconds: 899)
            #expect(try await app.redeem(code).status == 200)
            let late = try await app.code()
            clock.advance(seconds: 901)
            refused(try await app.redeem(late), "invalid_grant")
        }
    }

    @Test func `a token may be used for its scopes alone`() async throws {
        try await TestServer.run { server in
            let app = try await App(server) { $0.scopes = [.api, .openid, .email, .profile, .refresh] }
            let answer = try await app.redeem(try await app.code(scopes: "openid"))
            #expect(answer.json["scope"] as? String == "openid" && answer.json["refresh_token"] == nil)
            let token = try Self.text("access_token", answer)
            let read = try await server.call(.get, "sobjects/Contact/describe", token: token)
            #expect(read.status == 403 && read.errorCode == "INSUFFICIENT_ACCESS", "\(read.body)")
            func info(_ token: String) async throws -> Answer {
                try await server.post(
                    form: "", to: "/services/oauth2/userinfo", headers: [.authorization: "Bearer \(token)"])
            }
            let bare = try await info(token)
            #expect(bare.status == 200 && bare.json["sub"] is String)
            #expect(bare.json["email"] == nil && bare.json["name"] == nil)
            let mail = try await info(
                try Self.text("access_token", try await app.redeem(try await app.code(scopes: "openid email"))))
            #expect(mail.json["email"] is String && mail.json["name"] == nil)
            let data = try Self.text("access_token", try await app.redeem(try await app.code(scopes: "api")))
            #expect(try await app.read(data) == 200)
            #expect(try await info(data).status == 403)
            // Fewer when it is renewed, never more.
            let wide = try await app.redeem(try await app.code(scopes: "api email refresh_token"))
            let refresh = try Self.text("refresh_token", wide)
            let fewer = try await app.refresh(refresh, "&scope=email")
            #expect(fewer.json["scope"] as? String == "email")
            #expect(try await app.read(try Self.text("access_token", fewer)) == 403)
            #expect(try await app.refresh(refresh, "&scope=full").json["error"] as? String == "invalid_scope")
            #expect(try await app.refresh(refresh).json["scope"] as? String == "api email refresh_token")
            // A password brings no token to renew with.
            let password = try await app.ask(
                "grant_type=password&username=\(TestServer.administrator)&password=correct+horse+battery")
            #expect(password.json["scope"] as? String == "api profile email")
        }
    }

    @Test func `an ID token is signed by the key that is published`() async throws {
        try await TestServer.run { server in
            let app = try await App(server)
            let answer = try await app.redeem(try await app.code(nonce: "n-1"))
            let parts = try Self.text("id_token", answer).split(separator: ".")
            try #require(parts.count == 3)
            func decoded(_ text: Substring) throws -> Data {
                let plain = text.replacing("-", with: "+").replacing("_", with: "/")
                return try #require(
                    Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4)))
            }
            func object(_ text: Substring) throws -> [String: Any] {
                try #require(try JSONSerialization.jsonObject(with: decoded(text)) as? [String: Any])
            }
            let (header, claims) = (try object(parts[0]), try object(parts[1]))
            func get(_ path: String) async throws -> [String: Any] {
                Answer(try await server.client.execute(uri: path, method: .get)).json
            }
            let found = try await get("/.well-known/openid-configuration")
            #expect(found["issuer"] as? String == claims["iss"] as? String)
            #expect(found["jwks_uri"] as? String == "http://localhost/id/keys")
            #expect(claims["sub"] as? String == answer.json["id"] as? String)
            #expect(claims["aud"] as? String == app.id && claims["nonce"] as? String == "n-1")
            let hash = Data(SHA256.hash(data: Data(try Self.text("access_token", answer).utf8)).prefix(16))
            #expect(try decoded(Substring(try #require(claims["at_hash"] as? String))) == hash)
            let keys = try #require(try await get("/id/keys")["keys"] as? [[String: String]])
            let published = try #require(keys.first { $0["kid"] == header["kid"] as? String })
            let key = try _RSA.Signing.PublicKey(
                n: try decoded(Substring(published["n"] ?? "")), e: try decoded(Substring(published["e"] ?? "")))
            #expect(
                key.isValidSignature(
                    _RSA.Signing.RSASignature(rawRepresentation: try decoded(parts[2])),
                    for: SHA256.hash(data: Data("\(parts[0]).\(parts[1])".utf8)), padding: .insecurePKCS1v1_5))
        }
    }

    @Test func `a refresh token can be asked about and ended, with all its tokens`() async throws {
        try await TestServer.run { server in
            let app = try await App(server)
            let answer = try await app.redeem(try await app.code())
            let (refresh, token) = (try Self.text("refresh_token", answer), try Self.text("access_token", answer))
            func facts() async throws -> [String: Any] {
                try await server.post(
                    form: "client_id=\(app.id)&client_secret=\(app.secret)&token=\(refresh)",
                    to: "/services/oauth2/introspect"
                ).json
            }
            let known = try await facts()
            #expect(known["active"] as? Bool == true && known["token_type"] as? String == "refresh_token")
            #expect(known["scope"] as? String == "api id openid refresh_token")
            _ = try await server.post(form: "token=\(refresh)", to: "/services/oauth2/revoke")
            #expect(try await facts()["active"] as? Bool == false)
            #expect(try await app.read(token) == 401)
        }
    }

    @Test func `a device is told to wait, and to wait longer when it asks too soon`() async throws {
        let clock = TestClock()
        try await TestServer.run(environment: clock.environment) { server in
            let app = try await App(server) {
                $0.isPublic = true
                $0.flows = [.device]
            }
            let started = try await server.post(
                form: "client_id=\(app.id)&response_type=device_code&scope=api", to: "/services/oauth2/token")
            let code = try Self.text("device_code", started)
            #expect(started.json["verification_uri"] as? String == "http://localhost/device")
            #expect(started.json["interval"] as? Int == 5)
            func ask() async throws -> String? {
                try await server.post(
                    form: "client_id=\(app.id)&grant_type=device&code=\(code)", to: "/services/oauth2/token"
                ).json["error"] as? String
            }
            clock.advance(seconds: 5)
            #expect(try await ask() == "authorization_pending")
            clock.advance(seconds: 1)
            #expect(try await ask() == "slow_down")
            clock.advance(seconds: 5)
            #expect(try await ask() == "authorization_pending")
            clock.advance(seconds: 600)
            #expect(try await ask() == "expired_token")
            let other = try await server.post(
                form: "client_id=\(app.id)&scope=full", to: "/services/oauth2/device_authorization")
            #expect(other.json["error"] as? String == "invalid_scope")
        }
    }

    @Test(arguments: [("10.1.0.0/16", false), ("127.0.0.1", true), ("127.0.0.0/8", true), ("::/0", false)])
    func `an application comes in from its own addresses alone`(range: String, mayEnter: Bool) async throws {
        try await TestServer.run { server in
            let new = {
                var new = NewApplication(name: "Office", flows: [.password], purposes: [], runAs: nil)
                new.addresses = [range]
                return new
            }()
            let made = try await server.identity.addApplication(new)
            func signIn() async throws {
                _ = try await server.identity.application(
                    clientID: made.clientID, clientSecret: made.clientSecret ?? "", address: "127.0.0.1")
            }
            if mayEnter {
                try await signIn()
            } else {
                await #expect(throws: SignInRefusal.addressNotAllowed) { try await signIn() }
            }
        }
    }

    @Test(arguments: [
        "http://app.example.com/back", "https://app.example.com/#here", "javascript:alert(1)", "app:/back", "/back",
        "https://user@app.example.com/", "https://app.example.com/;x",
    ])
    func `an application is not registered with an address that nobody should be led to`(uri: String) async throws {
        try await TestServer.run { server in
            await #expect(throws: PlatformError.self) { try await App(server) { $0.redirectURIs = [uri] } }
        }
    }

    @Test func `sign-ins that are over are removed, and those that are not stay`() async throws {
        let clock = TestClock()
        try await TestServer.run(environment: clock.environment) { server in
            let app = try await App(server)
            _ = try await app.code()
            let refresh = try Self.text("refresh_token", try await app.redeem(try await app.code()))
            clock.advance(days: 3)
            try await server.identity.tidy()
            let session = server.engine.systemSession(as: .operator, reason: "test")
            #expect(try await session.query("SELECT Id FROM AccessSession").isEmpty)
            #expect(try await session.query("SELECT Id FROM AuthorizationGrant").count == 1)
            #expect(try await app.refresh(refresh).status == 200)
        }
    }

    @Test func `an application that is taken back takes its tokens along`() async throws {
        try await TestServer.run { server in
            let app = try await App(server)
            let token = try Self.text("access_token", try await app.redeem(try await app.code()))
            #expect(try await app.read(token) == 200)
            let application = try #require(try await server.identity.applications().first { $0.clientID == app.id })
            try await server.identity.remove(application)
            #expect(try await app.read(token) == 401)
        }
    }
}
