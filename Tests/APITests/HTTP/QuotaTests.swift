import AzukariTesting
import HTTP
import HTTPTypes
import HummingbirdTesting
import Identity
import NIOCore
import Testing

/// Calls that are spent, of everybody or of one user, and what they are told.
struct QuotaTests {
    private static func quota(_ change: (inout RequestQuota) -> Void) -> RequestQuota {
        var quota = RequestQuota()
        change(&quota)
        return quota
    }

    @Test func `when the day's calls are spent they are refused, and come back with the next day`() async throws {
        let clock = TestClock()
        try await TestServer.run(environment: clock.environment, quota: Self.quota { $0.daily = 3 }) { server in
            for number in 1...3 {
                let answer = try await server.call(.get, "limits")
                #expect(answer.status == 200 && answer.headers[.sforceLimitInfo] == "api-usage=\(number)/3")
                let limits = answer.json["DailyApiRequests"] as? [String: Int]
                #expect(limits == ["Max": 3, "Remaining": 3 - number])
            }
            let spent = try await server.call(.get, "sobjects")
            #expect(spent.status == 403 && spent.errorCode == "REQUEST_LIMIT_EXCEEDED")
            #expect(spent.headers[.sforceLimitInfo] == "api-usage=4/3")
            let soap = try await server.client.execute(
                uri: "/services/Soap/u/59.0", method: .post, headers: [.contentType: "text/xml"],
                body: ByteBuffer(string: "<Envelope/>"))
            #expect(String(buffer: soap.body).contains("REQUEST_LIMIT_EXCEEDED"))
            // Whoever signs in calls no data.
            let token = try await server.post(form: "grant_type=none", to: "/services/oauth2/token")
            #expect(token.json["error"] as? String == "unsupported_grant_type")
            clock.advance(days: 1)
            let signedIn = try await server.identity.signIn(
                username: TestServer.administrator, password: TestServer.password, address: "",
                application: .init(name: "Test", kind: .api, purposes: ["customerService"]))
            #expect(try await server.call(.get, "limits", token: signedIn.token).status == 200)
        }
    }

    @Test func `one user's calls are theirs alone, and calls inside another count with it`() async throws {
        try await TestServer.run(quota: Self.quota { $0.dailyPerUser = 4 }) { server in
            let other = try await server.identity.signIn(
                username: TestServer.agent, password: TestServer.password, address: "",
                application: .init(name: "Test", kind: .api, purposes: ["customerService"]))
            let id = try await server.make("Contact", #"{"LastName":"Blue"}"#)
            let batch = """
                {"batchRequests":[{"method":"GET","url":"v59.0/limits"},{"method":"GET","url":"v59.0/limits"},
                {"method":"GET","url":"v59.0/limits"},{"method":"GET","url":"v59.0/limits"}]}
                """
            #expect(try await server.call(.post, "composite/batch", batch).json["hasErrors"] as? Bool == false)
            // Those that are answered without the router as well.
            #expect(try await server.call(.get, "sobjects/Contact/\(id)").status == 200)
            #expect(try await server.call(.get, "sobjects/Contact/\(id)").status == 200)
            let spent = try await server.call(.get, "sobjects/Contact/\(id)")
            #expect(spent.status == 403 && spent.errorCode == "REQUEST_LIMIT_EXCEEDED")
            #expect(try await server.call(.get, "limits", token: other.token).status == 200)
        }
    }

    @Test func `a credential that comes too fast is asked to wait`() async throws {
        let clock = TestClock()
        try await TestServer.run(environment: clock.environment, quota: Self.quota { $0.signInsPerMinute = 2 }) {
            server in
            var statuses: [Int] = []
            for _ in 0..<3 {
                statuses.append(try await server.post(form: "grant_type=x", to: "/services/oauth2/token").status)
            }
            #expect(statuses == [400, 400, 429])
        }
    }
}
