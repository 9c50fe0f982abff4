import Crypto
import CryptoExtras
import Foundation
import HTTPTypes
import Identity
import Records
import Testing

/// Signing in by what an application signs, and what a token is told to be.
struct AssertionTests {
    private struct Claims {
        var algorithm = "RS256"
        var issuer: String
        var subject = TestServer.administrator
        var audience: Any = "https://login.salesforce.com"
        var expires: Any = Int(Date().timeIntervalSince1970) + 180
    }

    private static func encoded(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func assertion(_ claims: Claims, _ key: _RSA.Signing.PrivateKey) throws -> String {
        let header = try JSONSerialization.data(withJSONObject: ["alg": claims.algorithm, "typ": "JWT"])
        let body = try JSONSerialization.data(withJSONObject: [
            "iss": claims.issuer, "sub": claims.subject, "aud": claims.audience, "exp": claims.expires,
        ])
        let signed = "\(encoded(header)).\(encoded(body))"
        let signature = try key.signature(
            for: SHA256.hash(data: Data(signed.utf8)), padding: .insecurePKCS1v1_5)
        return "\(signed).\(encoded(signature.rawRepresentation))"
    }

    /// An application with a key of its own.
    private static func application(
        _ server: TestServer, flows: Set<ConnectedApplication.Flow> = [.jwtBearer]
    ) async throws -> (id: String, secret: String, key: _RSA.Signing.PrivateKey) {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let made = try await server.identity.addApplication(
            NewApplication(
                name: "Nightly", flows: flows, purposes: ["customerService"], runAs: nil,
                certificate: key.publicKey.pemRepresentation))
        return (made.clientID, made.clientSecret ?? "", key)
    }

    private static func ask(_ server: TestServer, _ assertion: String) async throws -> Answer {
        try await server.post(
            form: "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=\(assertion)",
            to: "/services/oauth2/token")
    }

    @Test(arguments: ["https://login.salesforce.com", "http://localhost"])
    func `an application signs a user in by its key, with a time in digits too`(audience: String) async throws {
        try await TestServer.run { server in
            let (id, secret, key) = try await Self.application(server)
            var claims = Claims(issuer: id)
            claims.audience = [audience, "https://elsewhere.example.com"]
            claims.expires = String(Int(Date().timeIntervalSince1970) + 300)
            let answer = try await Self.ask(server, try Self.assertion(claims, key))
            #expect(answer.status == 200, "\(answer.body)")
            #expect(answer.json["signature"] == nil)
            let token = try #require(answer.json["access_token"] as? String)
            #expect(try await server.call(.get, "limits", token: token).status == 200)

            func facts(_ token: String, _ id: String, _ secret: String) async throws -> Answer {
                try await server.post(
                    form: "client_id=\(id)&client_secret=\(secret)&token=\(token)", to: "/services/oauth2/introspect")
            }
            let known = try await facts(token, id, secret)
            #expect(known.json["active"] as? Bool == true)
            #expect(known.json["username"] as? String == TestServer.administrator)
            #expect(known.json["client_id"] as? String == id)
            #expect((known.json["exp"] as? Int ?? 0) > (known.json["iat"] as? Int ?? 0))
            // Another application's token, one that is none, and one that has ended look the same.
            #expect(try await facts(token, server.clientID, server.clientSecret).body == #"{"active":false}"#)
            #expect(try await facts(server.token, id, secret).body == #"{"active":false}"#)
            #expect(try await facts("nothing", id, secret).body == #"{"active":false}"#)
            try await server.identity.revoke(token: token)
            #expect(try await facts(token, id, secret).body == #"{"active":false}"#)
            #expect(try await facts(token, id, "wrong").json["error"] as? String == "invalid_client")
        }
    }

    @Test func `whatever is wrong with an assertion, it gives no token`() async throws {
        try await TestServer.run { server in
            let (id, _, key) = try await Self.application(server)
            let now = Int(Date().timeIntervalSince1970)
            func refused(_ assertion: String, _ error: String = "invalid_grant") async throws {
                let answer = try await Self.ask(server, assertion)
                #expect(answer.status == 400)
                #expect(answer.json["error"] as? String == error, "\(answer.body)")
            }
            func changed(_ change: (inout Claims) -> Void) throws -> String {
                var claims = Claims(issuer: id)
                change(&claims)
                return try Self.assertion(claims, key)
            }
            try await refused(try changed { $0.audience = "https://elsewhere.example.com" })
            try await refused(try changed { $0.expires = now - 200 })
            try await refused(try changed { $0.expires = now + 600 })
            try await refused(try changed { $0.expires = 1e300 })
            try await refused(try changed { $0.subject = "nobody@example.com" })
            try await refused(try changed { $0.algorithm = "none" })
            try await refused(try changed { $0.algorithm = "HS256" })
            try await refused(try changed { $0.issuer = "nobody" }, "invalid_client_id")
            for text in ["", "a.b.c", "a.b", "....", "e30.e30.e30"] {
                try await refused(text, text.isEmpty ? "invalid_grant" : "invalid_grant")
            }
            // Signed by another's key, and signed and changed afterwards.
            let other = try _RSA.Signing.PrivateKey(keySize: .bits2048)
            try await refused(try Self.assertion(Claims(issuer: id), other))
            let good = try changed { _ in }.split(separator: ".")
            let swapped = try changed { $0.subject = TestServer.agent }.split(separator: ".")
            try await refused("\(good[0]).\(swapped[1]).\(good[2])")
            let without = try await Self.application(server, flows: [.password])
            try await refused(try Self.assertion(Claims(issuer: without.id), without.key), "unauthorized_client")
        }
    }

    @Test(arguments: ["", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"])
    func `a certificate without a key is refused`(certificate: String) async throws {
        try await TestServer.run { server in
            await #expect(throws: PlatformError.self) {
                try await server.identity.addApplication(
                    NewApplication(
                        name: "Bad", flows: [.jwtBearer], purposes: [], runAs: nil, certificate: certificate))
            }
        }
    }
}
