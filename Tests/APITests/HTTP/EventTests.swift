import AzukariTesting
import Engine
import Foundation
import HTTPTypes
import Identity
import Records
import Testing

/// What the event log files tell of calls.
struct EventTests {
    /// The lines of a kind, taken apart, by the names of their columns.
    private static func lines(_ kind: String, _ server: TestServer) async throws -> [[String: String]] {
        let found = try await server.call(
            .get, "query?q=SELECT+Id,LogFile+FROM+EventLogFile+WHERE+EventType='\(kind)'+ORDER+BY+Sequence")
        var lines: [[String: String]] = []
        for record in found.json["records"] as? [[String: Any]] ?? [] {
            let path = try #require(record["LogFile"] as? String)
            #expect(
                path == "/services/data/v59.0/sobjects/EventLogFile/\(try #require(record["Id"] as? String))/LogFile")
            let file = try await server.call(.get, String(path.dropFirst("/services/data/v59.0/".count)))
            #expect(file.status == 200)
            let rows = file.body.split(separator: "\n").map {
                $0.dropFirst().dropLast().components(separatedBy: "\",\"")
            }
            for row in rows.dropFirst() {
                lines.append(Dictionary(zip(rows[0], row)) { first, _ in first })
            }
        }
        return lines
    }

    @Test func `a call is told of with its caller, object, rows and query, and without what it asked for`() async throws
    {
        let clock = TestClock()
        try await TestServer.run(environment: clock.environment) { server in
            let id = try await server.make("Contact", #"{"LastName":"佐藤","Email":"sato@example.com"}"#)
            _ = try await server.call(.get, "query?q=SELECT+Id+FROM+Contact+WHERE+Email='sato@example.com'")
            _ = try await server.call(.get, "sobjects/Contact/\(id)", headers: [.userAgent: "loader/1"])
            _ = try await server.call(.get, "sobjects/Contact/\(id)?fields=Name")
            _ = try await server.call(.get, "sobjects/Contact/Ext__c/sato@example.com")
            _ = try await server.call(.get, "query?q=SELECT+Id+FROM+Nothing")
            _ = try await server.call(.get, "limits", token: "forged")
            clock.advance(seconds: 3_600)
            try await server.engine.closeEvents()
            let lines = try await Self.lines("RestApi", server)
            #expect(lines.map { $0["METHOD"] } == ["POST", "GET", "GET", "GET", "GET", "GET", "GET"])
            #expect(lines.map { $0["STATUS_CODE"] } == ["201", "200", "200", "200", "404", "400", "401"])
            #expect(lines[0]["ENTITY_NAME"] == "Contact" && lines[0]["ROWS_PROCESSED"] == "1")
            #expect(lines[1]["QUERY"] == "SELECT Id FROM Contact WHERE Email=?")
            #expect(lines[1]["ENTITY_NAME"] == "Contact" && lines[1]["ROWS_PROCESSED"] == "1")
            #expect(lines[2]["URI"] == "/services/data/v59.0/sobjects/Contact/003…")
            #expect(lines[2]["USER_AGENT"] == "loader/1" && lines[2]["ENTITY_NAME"] == "Contact")
            #expect(lines[2]["ROWS_PROCESSED"] == "1" && lines[2]["API_VERSION"] == "59.0")
            #expect(lines[4]["URI"] == "/services/data/v59.0/sobjects/Contact/Ext__c/…")
            #expect(lines[0...5].allSatisfy { $0["APPLICATION"] == "Test" && $0["PURPOSE"] == "customerService" })
            #expect(lines[0...5].allSatisfy { $0["USER_ID"]?.hasPrefix("005") == true })
            #expect(lines[6]["USER_ID"] == "" && lines[6]["ROWS_PROCESSED"] == "0")
            #expect(lines.allSatisfy { $0["REQUEST_ID"]?.isEmpty == false })
            #expect(Int(lines[2]["RESPONSE_SIZE"] ?? "") ?? 0 > 100)
            #expect(!"\(lines)".contains("sato") && !"\(lines)".contains(id), "nothing of the person")
        }
    }

    @Test func `signing in, right and wrong, and out is told of without what was typed`() async throws {
        let clock = TestClock()
        try await TestServer.run(environment: clock.environment) { server in
            let form = "grant_type=password&client_id=\(server.clientID)&client_secret=\(server.clientSecret)"
            _ = try await server.post(
                form: form + "&username=\(TestServer.agent)&password=secret-slip", to: "/services/oauth2/token")
            _ = try await server.post(
                form: form + "&username=nobody@example.com&password=x", to: "/services/oauth2/token")
            let good = try await server.post(
                form: form + "&username=\(TestServer.agent)&password=correct+horse+battery",
                to: "/services/oauth2/token")
            let token = try #require(good.json["access_token"] as? String)
            _ = try await server.post(form: "token=\(token)", to: "/services/oauth2/revoke")
            clock.advance(seconds: 3_600)
            try await server.engine.closeEvents()
            let lines = try await Self.lines("Login", server)
            #expect(
                lines.map { $0["LOGIN_STATUS"] } == [
                    "LOGIN_NO_ERROR", "LOGIN_ERROR_INVALID_PASSWORD", "LOGIN_ERROR_INVALID_PASSWORD", "LOGIN_NO_ERROR",
                ])
            #expect(lines[1]["USER_ID"] == lines[3]["USER_ID"] && lines[2]["USER_ID"] == "")
            #expect(lines[3]["APPLICATION"] == "Loader")
            #expect(!"\(lines)".contains("slip") && !"\(lines)".contains("nobody"))
            #expect(try await Self.lines("Logout", server).map { $0["USER_ID"] } == [lines[3]["USER_ID"]])
        }
    }

    @Test func `a bulk job is told of when it has ended`() async throws {
        let clock = TestClock()
        try await TestServer.run(environment: clock.environment) { server in
            let job = try await server.call(
                .post, "jobs/ingest", #"{"object":"Account","operation":"insert","lineEnding":"LF"}"#)
            let id = try #require(job.json["id"] as? String)
            _ = try await server.call(
                .put, "jobs/ingest/\(id)/batches", "Name\nA\nB\n\"\"\n", headers: [.contentType: "text/csv"])
            _ = try await server.call(.patch, "jobs/ingest/\(id)", #"{"state":"UploadComplete"}"#)
            while try await server.call(.get, "jobs/ingest/\(id)").json["state"] as? String != "JobComplete" {
                await Task.yield()
            }
            // The event follows the state.
            var told: [[String: String]] = []
            while told.isEmpty {
                clock.advance(seconds: 3_600)
                try await server.engine.closeEvents()
                told = try await Self.lines("BulkApi2", server)
            }
            let line = told[0]
            #expect(line["OPERATION_TYPE"] == "insert" && line["ENTITY_TYPE"] == "Account")
            #expect(line["ROWS_PROCESSED"] == "3" && line["NUMBER_FAILURES"] == "1" && line["SUCCESS"] == "true")
            #expect(line["JOB_ID"] == String(id.prefix(15)))
        }
    }

    @Test func `who may not see everything sees no event log files, nor that there are any`() async throws {
        let clock = TestClock()
        try await TestServer.run(environment: clock.environment) { server in
            _ = try await server.call(.get, "limits")
            clock.advance(seconds: 3_600)
            try await server.engine.closeEvents()
            let agent = try await server.identity.signIn(
                username: TestServer.agent, password: TestServer.password, address: "",
                application: SigningApplication(name: "Test", kind: .api, purposes: ["customerService"])
            ).token
            let refused = try await server.call(.get, "query?q=SELECT+Id+FROM+EventLogFile", token: agent)
            #expect(refused.status == 400 && refused.body.contains("INVALID_TYPE"))
            let file = try #require(
                (try await server.call(.get, "query?q=SELECT+Id+FROM+EventLogFile").json["records"]
                    as? [[String: Any]])?.first?["Id"] as? String)
            #expect(
                try await server.call(.get, "sobjects/EventLogFile/\(file)/LogFile", token: agent).status == 404)
            let changed = try await server.call(.patch, "sobjects/EventLogFile/\(file)", #"{"EventType":"x"}"#)
            #expect(changed.status >= 400, "nobody changes one")
            #expect(try await server.call(.delete, "sobjects/EventLogFile/\(file)").status >= 400)
        }
    }
}
