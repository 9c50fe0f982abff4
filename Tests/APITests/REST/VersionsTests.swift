import HTTPTypes
import HummingbirdTesting
import Testing

struct VersionsTests {
    @Test(arguments: ["/services/data", "/services/data/"])
    func `the versions are listed oldest first and without a token`(path: String) async throws {
        try await TestServer.run { server in
            let answer = Answer(try await server.client.execute(uri: path, method: .get))
            #expect(answer.status == 200)
            #expect(answer.list.first?["version"] as? String == "31.0")
            #expect(answer.list.last?["version"] as? String == "68.0")
            #expect(answer.list.last?["url"] as? String == "/services/data/v68.0")
        }
    }

    @Test(
        arguments: [
            ("31.0", 200, nil), ("59.0", 200, nil), ("68.0", 200, nil), ("30.0", 410, "UNSUPPORTED_API_VERSION"),
            ("69.0", 404, "NOT_FOUND"), ("abc", 404, "NOT_FOUND"), ("59", 404, "NOT_FOUND"),
        ] as [(String, Int, String?)])
    func `old and new versions are served alike`(version: String, status: Int, code: String?) async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.get, "", version: version)
            #expect(answer.status == status)
            #expect(answer.errorCode == code)
            if status == 200 {
                #expect(answer.json["sobjects"] as? String == "/services/data/v\(version)/sobjects")
            }
        }
    }

    @Test func `without a token a resource is an invalid session`() async throws {
        try await TestServer.run { server in
            for value in ["", "Bearer", "Bearer nothing", "Basic x"] {
                let answer = Answer(
                    try await server.client.execute(
                        uri: "/services/data/v59.0/limits", method: .get, headers: [.authorization: value]
                    )
                )
                #expect(answer.status == 401)
                #expect(answer.errorCode == "INVALID_SESSION_ID")
            }
        }
    }

    @Test func `OAuth in place of Bearer is a token too`() async throws {
        try await TestServer.run { server in
            let answer = Answer(
                try await server.client.execute(
                    uri: "/services/data/v59.0/limits/", method: .get,
                    headers: [.authorization: "OAuth \(server.token)"]
                )
            )
            #expect(answer.status == 200)
            let calls = answer.json["DailyApiRequests"] as? [String: Int]
            #expect(calls?["Max"] ?? 0 > calls?["Remaining"] ?? 0)
        }
    }
}
