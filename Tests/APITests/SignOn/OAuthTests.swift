import Crypto
import Foundation
import HTTPTypes
import Identity
import Records
import Testing

struct OAuthTests {
    @Test func `the password flow gives a token that works`() async throws {
        try await TestServer.run { server in
            let answer = try await server.post(
                form: "grant_type=password&client_id=\(server.clientID)&client_secret=\(server.clientSecret)"
                    + "&username=ADMIN%40example.com&password=correct+horse+battery",
                to: "/services/oauth2/token"
            )
            #expect(answer.status == 200, "\(answer.body)")
            #expect(answer.headers[.contentType] == "application/json;charset=UTF-8")
            let token = try #require(answer.json["access_token"] as? String)
            #expect(token.hasPrefix("00D") && token.dropFirst(15).first == "!")
            #expect(token.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._!".contains($0)) })
            #expect(answer.json["token_type"] as? String == "Bearer")
            #expect(answer.json["instance_url"] as? String == "http://localhost")
            let read = try await server.call(.get, "query?q=SELECT+Id+FROM+Organization", token: token)
            #expect(read.status == 200)
            #expect(read.records.count == 1)
        }
    }

    @Test func `the signature is that of the id and the time under the client's secret`() async throws {
        try await TestServer.run { server in
            let basic = Data("\(server.clientID):\(server.clientSecret)".utf8).base64EncodedString()
            let answer = try await server.post(
                form: "grant_type=client_credentials", to: "/services/oauth2/token",
                headers: [.authorization: "Basic \(basic)"]
            )
            #expect(answer.status == 200, "\(answer.body)")
            let id = try #require(answer.json["id"] as? String)
            let issued = try #require(answer.json["issued_at"] as? String)
            let key = SymmetricKey(data: Data(server.clientSecret.utf8))
            let expected = Data(HMAC<SHA256>.authenticationCode(for: Data((id + issued).utf8), using: key))
            #expect(answer.json["signature"] as? String == expected.base64EncodedString())
        }
    }

    @Test(arguments: [
        (
            "grant_type=password&client_id=ID&client_secret=SECRET&username=admin@example.com&password=wrong",
            "invalid_grant"
        ),
        (
            "grant_type=password&client_id=ID&client_secret=SECRET&username=nobody@example.com&password=wrong",
            "invalid_grant"
        ),
        (
            "grant_type=password&client_id=ID&client_secret=wrong&username=admin@example.com&password=x",
            "invalid_client"
        ),
        ("grant_type=password&client_id=nobody&client_secret=x&username=a&password=x", "invalid_client_id"),
        ("grant_type=client_credentials&client_id=ID&client_secret=wrong", "invalid_client"),
        ("grant_type=urn:ietf:params:oauth:grant-type:token-exchange", "unsupported_grant_type"),
        ("grant_type=hybrid_token", "unsupported_grant_type"),
        ("username=a", "invalid_request"),
        ("grant_type=password&client_id=ID&client_secret=SECRET", "invalid_request"),
        ("grant_type=%E5", "invalid_request"),
    ])
    func `every refusal is a JSON object with its OAuth code`(form: String, code: String) async throws {
        try await TestServer.run { server in
            let filled = form.replacingOccurrences(of: "ID", with: server.clientID)
                .replacingOccurrences(of: "SECRET", with: server.clientSecret)
            let answer = try await server.post(form: filled, to: "/services/oauth2/token")
            #expect(answer.status == 400)
            #expect(answer.json["error"] as? String == code)
            #expect(answer.json["error_description"] is String)
        }
    }

    @Test func `a known and an unknown user get the same answer`() async throws {
        try await TestServer.run { server in
            let client = "grant_type=password&client_id=\(server.clientID)&client_secret=\(server.clientSecret)"
            let known = try await server.post(
                form: "\(client)&username=admin@example.com&password=nope", to: "/services/oauth2/token"
            )
            let unknown = try await server.post(
                form: "\(client)&username=nobody@example.com&password=nope", to: "/services/oauth2/token"
            )
            #expect(known.body == unknown.body)
            #expect(known.body == #"{"error":"invalid_grant","error_description":"authentication failure"}"#)
        }
    }

    @Test func `after failures even the right password waits`() async throws {
        let now = Environment.system.now()
        let standing = Environment(now: { now }, randomBytes: Environment.system.randomBytes)
        try await TestServer.run(environment: standing) { server in
            let client = "grant_type=password&client_id=\(server.clientID)&client_secret=\(server.clientSecret)"
            for _ in 0..<5 {
                _ = try await server.post(
                    form: "\(client)&username=admin@example.com&password=nope", to: "/services/oauth2/token"
                )
            }
            let answer = try await server.post(
                form: "\(client)&username=admin@example.com&password=correct+horse+battery",
                to: "/services/oauth2/token"
            )
            #expect(answer.json["error"] as? String == "invalid_grant")
        }
    }

    @Test func `a revoked token is an invalid session`() async throws {
        try await TestServer.run { server in
            let gone = try await server.post(form: "token=\(server.token)", to: "/services/oauth2/revoke")
            #expect(gone.status == 200)
            let answer = try await server.call(.get, "limits")
            #expect(answer.status == 401)
            #expect(answer.body == #"[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]"#)
        }
    }

    @Test func `userinfo tells who the token is, and 403 in plain text for a bad one`() async throws {
        try await TestServer.run { server in
            let good = try await server.post(
                form: "", to: "/services/oauth2/userinfo", headers: [.authorization: "Bearer \(server.token)"]
            )
            #expect(good.status == 200)
            #expect(good.json["preferred_username"] as? String == "admin@example.com")
            #expect((good.json["user_id"] as? String)?.count == 18)
            #expect(good.json["organization_id"] as? String == server.identity.organisationID.description)
            #expect(good.json["zoneinfo"] as? String == "Asia/Tokyo")
            #expect(good.json["utcOffset"] as? Int == 32_400_000)
            let bad = try await server.post(
                form: "", to: "/services/oauth2/userinfo", headers: [.authorization: "Bearer nothing"]
            )
            #expect(bad.status == 403)
            #expect(bad.body == "Bad_OAuth_Token")
        }
    }
}
