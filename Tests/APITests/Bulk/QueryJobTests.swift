import HTTPTypes
import Testing

struct QueryJobTests {
    private func contacts(_ server: TestServer, _ count: Int) async throws {
        let rows = (0..<count).map { "N\($0),\($0 % 2 == 0)\n" }.joined()
        _ = try await server.ingest("insert", "Contact", "LastName,HasOptedOutOfEmail\n\(rows)")
    }

    private func header(_ answer: Answer, _ name: String) -> String? {
        HTTPField.Name(name).flatMap { answer.headers[$0] }
    }

    @Test func `a result is fetched page by page, and each page has the header`() async throws {
        try await TestServer.run { server in
            try await contacts(server, 25)
            let id = try await server.job(
                #"{"operation":"query","query":"SELECT LastName, HasOptedOutOfEmail, Account.Name FROM Contact ORDER BY Id"}"#,
                at: "query")
            let end = try await server.ended("jobs/query/\(id)")
            #expect(end.json["numberRecordsProcessed"] as? Int == 25, "\(end.body)")
            var lines: [Substring] = []
            var counts: [String?] = []
            var locator: String?
            repeat {
                let more = locator.map { "&locator=\($0)" } ?? ""
                let page = try await server.call(.get, "jobs/query/\(id)/results?maxRecords=10\(more)")
                #expect(page.status == 200, "\(page.body)")
                let parts = page.body.split(separator: "\n")
                #expect(parts[0] == #""LastName","HasOptedOutOfEmail","Account.Name""#)
                lines += parts.dropFirst()
                counts.append(header(page, "Sforce-NumberOfRecords"))
                locator = header(page, "Sforce-Locator")
            } while locator != "null"
            #expect(counts == ["10", "10", "5"])
            #expect(lines.map(String.init) == (0..<25).map { #""N\#($0)","\#($0 % 2 == 0)","""# })
            let pages = try await server.call(.get, "jobs/query/\(id)/resultPages?maxRecords=10")
            #expect((pages.json["resultPages"] as? [[String: String]])?.count == 3)
        }
    }

    @Test func `a result without rows has its header`() async throws {
        try await TestServer.run { server in
            let id = try await server.job(#"{"operation":"queryAll","query":"SELECT Id FROM Lead"}"#, at: "query")
            _ = try await server.ended("jobs/query/\(id)")
            let page = try await server.call(.get, "jobs/query/\(id)/results")
            #expect(page.body == "\"Id\"\n")
            #expect(header(page, "Sforce-NumberOfRecords") == "0" && header(page, "Sforce-Locator") == "null")
            #expect(try await server.call(.delete, "jobs/query/\(id)").status == 204)
        }
    }

    @Test(arguments: [
        ("SELEC Id FROM Lead", "MALFORMED_QUERY"), ("SELECT COUNT(Id) FROM Lead", "INVALIDENTITY"),
        ("SELECT Status FROM Lead GROUP BY Status", "INVALIDENTITY"),
        ("SELECT Id, (SELECT Id FROM Contacts) FROM Account", "INVALIDENTITY"),
        ("SELECT Id FROM Lead LIMIT 1 OFFSET 1", "INVALIDENTITY"),
    ])
    func `what no bulk query takes is refused`(soql: String, code: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.post, "jobs/query", #"{"operation":"query","query":"\#(soql)"}"#)
            #expect(answer.status == 400)
            #expect(answer.errorCode == code, "\(answer.body)")
        }
    }

    @Test func `a query that cannot be run fails, and says why`() async throws {
        try await TestServer.run { server in
            let id = try await server.job(#"{"operation":"query","query":"SELECT Nope FROM Lead"}"#, at: "query")
            let end = try await server.ended("jobs/query/\(id)")
            #expect(end.json["state"] as? String == "Failed")
            #expect((end.json["errorMessage"] as? String)?.contains("No such column 'Nope'") == true, "\(end.body)")
            #expect(try await server.call(.get, "jobs/query/\(id)/results").errorCode == "INVALIDJOBSTATE")
        }
    }

    @Test(arguments: ["nonsense", "LTE", "OTk5OQ", "=", "%00"])
    func `a locator that is none is refused`(locator: String) async throws {
        try await TestServer.run { server in
            let id = try await server.job(#"{"operation":"query","query":"SELECT Id FROM Lead"}"#, at: "query")
            _ = try await server.ended("jobs/query/\(id)")
            let page = try await server.call(.get, "jobs/query/\(id)/results?locator=\(locator)")
            #expect(page.errorCode == "INVALID_QUERY_LOCATOR", "\(page.body)")
            #expect(try await server.call(.get, "jobs/query/\(id)/results?maxRecords=-1").errorCode == "INVALIDJOB")
        }
    }
}
