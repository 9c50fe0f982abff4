import HTTPTypes
import Testing

struct ToolingTests {
    private func names(_ server: TestServer, _ soql: String) async throws -> [String] {
        let query = soql.split(separator: " ").joined(separator: "+")
        let answer = try await server.call(.get, "tooling/query/?q=\(query)")
        #expect(answer.status == 200, "\(answer.body)")
        return answer.records.compactMap { $0["QualifiedApiName"] as? String }
    }

    @Test func `the schema is asked like records`() async throws {
        try await TestServer.run { server in
            let all = try await names(server, "SELECT QualifiedApiName FROM EntityDefinition ORDER BY QualifiedApiName")
            #expect(all.contains("Contact") && !all.contains("UserCredential"))
            #expect(all == all.sorted { $0.lowercased() < $1.lowercased() })
            #expect(
                try await names(
                    server,
                    "SELECT QualifiedApiName FROM EntityDefinition WHERE KeyPrefix IN ('003','001') ORDER BY KeyPrefix DESC LIMIT 1"
                ) == ["Contact"])
            #expect(
                try await names(
                    server,
                    "SELECT QualifiedApiName FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName='contact' AND (DataType='email' OR QualifiedApiName LIKE 'lastn%25e') ORDER BY QualifiedApiName"
                ) == ["Email", "LastName"])
            let count = try await server.call(.get, "tooling/query?q=SELECT+COUNT()+FROM+ApexClass")
            #expect(count.json["totalSize"] as? Int == 0)
        }
    }

    @Test(arguments: [
        ("SELECT+Id+FROM+Nope", "INVALID_TYPE"), ("SELECT+Nope+FROM+EntityDefinition", "INVALID_FIELD"),
        ("SELEC", "MALFORMED_QUERY"), ("SELECT+COUNT(Id)+FROM+EntityDefinition", "MALFORMED_QUERY"),
        ("SELECT+Id+FROM+EntityDefinition+WHERE+Id+IN+(SELECT+Id+FROM+EntityDefinition)", "MALFORMED_QUERY"),
    ])
    func `what cannot be asked is refused`(query: String, code: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.get, "tooling/query?q=\(query)")
            #expect(answer.status == 400)
            #expect(answer.errorCode == code, "\(answer.body)")
        }
    }

    @Test func `code is not run, and the answer says so in its own form`() async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.get, "tooling/executeAnonymous/?anonymousBody=Integer%20i%3D1%3B")
            #expect(answer.json["compiled"] as? Bool == false)
            #expect(answer.json["compileProblem"] as? String == "Not supported yet")
        }
    }

    @Test func `a query is explained by the index it goes by`() async throws {
        try await TestServer.run { server in
            try await server.make("Contact", #"{"LastName":"A"}"#)
            func plan(_ query: String) async throws -> [String: Any] {
                let answer = try await server.call(.get, "query?explain=\(query)")
                return try #require((answer.json["plans"] as? [[String: Any]])?.first, "\(answer.body)")
            }
            let scan = try await plan("SELECT+Id+FROM+Contact+WHERE+Title='x'")
            #expect(scan["leadingOperationType"] as? String == "TableScan" && scan["sobjectCardinality"] as? Int == 1)
            let index = try await plan("SELECT+Id+FROM+Contact+WHERE+AccountId='001000000000001AAA'")
            #expect(index["leadingOperationType"] as? String == "Index")
            #expect(index["fields"] as? [String] == ["AccountId"])
        }
    }

    @Test func `a search is put together from its parts`() async throws {
        try await TestServer.run { server in
            try await server.make("Contact", #"{"LastName":"Find (me)","FirstName":"A"}"#)
            try await server.make("Contact", #"{"LastName":"Find","FirstName":"B"}"#)
            try await server.make("Lead", #"{"LastName":"Find","Company":"C"}"#)
            let one = try await server.call(
                .get,
                "parameterizedSearch?q=Find&sobject=Contact&Contact.fields=Id,FirstName&Contact.where=FirstName='B'&in=NAME"
            )
            #expect(one.body.contains(#""FirstName":"B""#) && !one.body.contains(#""FirstName":"A""#), "\(one.body)")
            let posted = try await server.call(
                .post, "parameterizedSearch",
                #"{"q":"(me)","sobjects":[{"name":"Contact","fields":["LastName"],"limit":1},{"name":"Lead"}]}"#)
            #expect((posted.json["searchRecords"] as? [[String: Any]])?.count == 1, "\(posted.body)")
            for (query, code) in [
                ("sobject=Contact", "MISSING_ARGUMENT"), ("q=ab&sobject=Nope", "INVALID_TYPE"),
                ("q=ab&overallLimit=x", "INVALID_SEARCH"),
            ] {
                let refused = try await server.call(.get, "parameterizedSearch?\(query)")
                #expect(refused.errorCode == code, "\(refused.body)")
            }
        }
    }
}
