import HTTPTypes
import Testing

struct DuplicatesTests {
    private func withRule(_ body: @escaping @Sendable (TestServer) async throws -> Void) async throws {
        try await TestServer.run { server in
            _ = try await server.make(
                "DuplicateRule",
                #"""
                {"DeveloperName":"Mail","MasterLabel":"Mail","SobjectType":"Contact","IsActive":true,
                "MatchCriteria":"Email email","ActionOnInsert":"Allow","OperationsOnInsert":"Alert;Report"}
                """#)
            try await body(server)
        }
    }

    @Test func `a duplicate is told with the records that are there, and written when the caller allows it`()
        async throws
    {
        try await withRule { server in
            let first = try await server.make("Contact", #"{"LastName":"a","Email":"a@example.org"}"#)
            let body = #"{"LastName":"b","Email":"A@example.org"}"#
            let refused = try await server.call(.post, "sobjects/Contact", body)
            #expect(refused.status == 400, "\(refused.body)")
            let error = refused.list.first
            #expect(error?["errorCode"] as? String == "DUPLICATES_DETECTED" && error?["fields"] as? [String] == [])
            let result = error?["duplicateResult"] as? [String: Any]
            #expect(result?["allowSave"] as? Bool == true && result?["duplicateRule"] as? String == "Mail")
            let match = (result?["matchResults"] as? [[String: Any]])?.first
            #expect(match?["entityType"] as? String == "Contact" && match?["size"] as? Int == 1)
            let record = (match?["matchRecords"] as? [[String: Any]])?.first
            #expect(record?["matchConfidence"] as? Double == 100)
            #expect((record?["record"] as? [String: Any])?["Id"] as? String == first)
            let header = try #require(HTTPField.Name("Sforce-Duplicate-Rule-Header"))
            let allowed = try await server.call(
                .post, "sobjects/Contact", body, headers: [header: "allowSave=true, runAsCurrentUser=true"])
            #expect(allowed.status == 201, "\(allowed.body)")
            let items = try await server.call(.get, "query?q=SELECT+COUNT()+FROM+DuplicateRecordItem")
            #expect(items.json["totalSize"] as? Int == 2)
        }
    }

    @Test func `in a collection the row's error has it as well`() async throws {
        try await withRule { server in
            let rows = #"""
                {"records":[{"attributes":{"type":"Contact"},"LastName":"a","Email":"a@example.org"},
                {"attributes":{"type":"Contact"},"LastName":"b","Email":"a@example.org"}]}
                """#
            let answer = try await server.call(.post, "composite/sobjects", rows)
            #expect(answer.list.map { $0["success"] as? Bool } == [true, false], "\(answer.body)")
            let error = (answer.list[1]["errors"] as? [[String: Any]])?.first
            #expect((error?["duplicateResult"] as? [String: Any])?["duplicateRuleEntityType"] as? String == "Contact")
        }
    }
}
