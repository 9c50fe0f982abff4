import Engine
import Formats
import HTTPTypes
import Identity
import Records
import Testing

/// Passwords that are set, made and changed by way of the interfaces.
struct PasswordTests {
    private static let new = "a better password than before"

    private static func agent(_ server: TestServer) async throws -> (id: RecordID, token: String) {
        let grant = try await signIn(server, TestServer.password)
        return (grant.session.user, grant.token)
    }

    private static func signIn(_ server: TestServer, _ password: String) async throws -> AccessGrant {
        try await server.identity.signIn(
            username: TestServer.agent, password: password, address: "",
            application: SigningApplication(name: "Test", kind: .api, purposes: ["customerService"]))
    }

    @Test func `an administrator sets and makes passwords, which ends the user's sign-ins`() async throws {
        try await TestServer.run { server in
            let (agent, token) = try await Self.agent(server)
            let path = "sobjects/User/\(agent)/password"
            #expect(try await server.call(.get, path).body == #"{"isExpired":false}"#)
            let set = try await server.call(.post, path, #"{"NewPassword":"\#(Self.new)"}"#)
            #expect(set.status == 204, "\(set.body)")
            #expect(try await server.call(.get, "limits", token: token).status == 401)
            await #expect(throws: SignInRefusal.wrongCredentials) { try await Self.signIn(server, TestServer.password) }
            #expect(try await !Self.signIn(server, Self.new).isPasswordInitial)

            let made = try await server.call(.delete, path)
            #expect(made.status == 200)
            let password = try #require(made.json["NewPassword"] as? String)
            #expect(try await Self.signIn(server, password).isPasswordInitial)
            #expect(try await server.call(.get, path).body == #"{"isExpired":true}"#)
            #expect(try await server.call(.patch, path, #"{"NewPassword":"\#(Self.new)"}"#).status == 404)
        }
    }

    @Test func `SOAP does the same, and lets a user change their own`() async throws {
        try await TestServer.run { server in
            let (agent, token) = try await Self.agent(server)
            let set = try await server.soap(
                "<setPassword><userId>\(agent)</userId><password>\(Self.new)</password></setPassword>")
            #expect(set.status == 200 && set.body["result"] != nil, "\(set.text)")
            #expect(try await server.call(.get, "limits", token: token).status == 401)
            let own = try await Self.signIn(server, Self.new).token
            func change(_ old: String, _ new: String) async throws -> Int {
                try await server.soap(
                    "<changeOwnPassword><oldPassword>\(old)</oldPassword><newPassword>\(new)</newPassword></changeOwnPassword>",
                    token: own
                ).status
            }
            #expect(try await change("wrong", "another password of mine") == 500)
            #expect(try await change(Self.new, "short") == 500)
            #expect(try await change(Self.new, "another password of mine") == 200)
            #expect(try await server.call(.get, "limits", token: own).status == 401)
            let made = try await server.soap("<resetPassword><userId>\(agent)</userId></resetPassword>")
            let password = try #require(made.body.text("result", "password"), "\(made.text)")
            #expect(try await Self.signIn(server, password).isPasswordInitial)
        }
    }

    @Test func `nobody else may, not even for themselves, and a user that is not there is none`() async throws {
        try await TestServer.run { server in
            let (agent, token) = try await Self.agent(server)
            let administrator = try #require(
                try await server.engine.systemSession(as: .operator, reason: "test").query(
                    "SELECT Id FROM User WHERE Username = 'admin@example.com'"
                ).first?.id)
            for user in [agent, administrator] {
                let path = "sobjects/User/\(user)/password"
                let set = try await server.call(.post, path, #"{"NewPassword":"\#(Self.new)"}"#, token: token)
                #expect(set.status == 403 && set.errorCode == "INSUFFICIENT_ACCESS", "\(set.body)")
                #expect(try await server.call(.delete, path, token: token).status == 403)
            }
            let nobody = "sobjects/User/005000000000009AAA/password"
            let absent = try await server.call(.post, nobody, #"{"NewPassword":"\#(Self.new)"}"#)
            #expect(absent.status == 400 && absent.errorCode == "INVALID_CROSS_REFERENCE_KEY", "\(absent.body)")
            let path = "sobjects/User/\(agent)/password"
            #expect(try await server.call(.post, path, "{}").errorCode == "MISSING_ARGUMENT")
            #expect(try await server.call(.post, path, #"{"NewPassword":"short"}"#).status == 400)
            #expect(try await Self.signIn(server, TestServer.password).session.user == agent)
        }
    }
}
