import AzukariTesting
import HTTPTypes
import Identity
import Testing

struct IngestTests {
    @Test func `good rows are made, bad ones named, and all are told of in their own columns`() async throws {
        try await TestServer.run { server in
            let csv =
                "LastName,FirstName,HasOptedOutOfEmail\n\"Ito, \"\"T\"\"\",太郎,true\n,x,false\nSato,\"two\nlines\",\n"
            let (id, end) = try await server.ingest("insert", "Contact", csv)
            #expect(end.json["state"] as? String == "JobComplete", "\(end.body)")
            #expect(end.json["numberRecordsProcessed"] as? Int == 3)
            #expect(end.json["numberRecordsFailed"] as? Int == 1)
            let good = try await server.call(.get, "jobs/ingest/\(id)/successfulResults/")
            let lines = good.body.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines[0] == #""sf__Id","sf__Created","LastName","FirstName","HasOptedOutOfEmail""#)
            #expect(lines[1].hasSuffix(#","true","Ito, ""T""","太郎","true""#), "\(good.body)")
            #expect(good.body.contains("\"two\nlines\",\"\"\n"))
            let bad = try await server.call(.get, "jobs/ingest/\(id)/failedresults")
            #expect(
                bad.body
                    == "\"sf__Id\",\"sf__Error\",\"LastName\",\"FirstName\",\"HasOptedOutOfEmail\"\n\"\",\"REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --\",\"\",\"x\",\"false\"\n"
            )
            let rest = try await server.call(.get, "jobs/ingest/\(id)/unprocessedRecords")
            #expect(rest.body == "\"LastName\",\"FirstName\",\"HasOptedOutOfEmail\"\n")
            let rows = try await server.call(.get, "query?q=SELECT+Name,HasOptedOutOfEmail+FROM+Contact+ORDER+BY+Name")
            #expect(rows.records.count == 2)
        }
    }

    @Test func `an empty cell leaves a field as it is, and #N,A empties it`() async throws {
        try await TestServer.run { server in
            let id = try await server.make("Contact", #"{"LastName":"A","Phone":"1","Title":"t","LeadSource":"Web"}"#)
            let (_, end) = try await server.ingest("update", "Contact", "id,Phone,Title,LastName\n\(id),,#N/A,B\n")
            #expect(end.json["numberRecordsFailed"] as? Int == 0, "\(end.body)")
            let row = try await server.call(.get, "sobjects/Contact/\(id)?fields=Phone,Title,LastName,Name").json
            #expect(row["Phone"] as? String == "1")
            #expect(row["Title"] as? String == nil)
            #expect(row["LastName"] as? String == "B" && row["Name"] as? String == "B")
            // Also a parent that is named by a path.
            let account = try await server.make("Account", #"{"Name":"P"}"#)
            _ = try await server.call(.patch, "sobjects/Contact/\(id)", #"{"AccountId":"\#(account)"}"#)
            _ = try await server.ingest("update", "Contact", "Id,Account.Id,Phone\n\(id),,2\n")
            let after = try await server.call(.get, "sobjects/Contact/\(id)?fields=AccountId,Phone").json
            #expect(after["AccountId"] as? String == account && after["Phone"] as? String == "2")
        }
    }

    @Test func `an upsert makes what is not there and changes what is`() async throws {
        try await TestServer.run { server in
            let id = try await server.make("Contact", #"{"LastName":"A","Phone":"1"}"#)
            let (job, end) = try await server.ingest(
                "upsert", "Contact", "Id,LastName,Phone\n\(id),,2\n,New,\n003000000000000AAA,x,\n",
                more: #","externalIdFieldName":"Id""#)
            #expect(end.json["numberRecordsFailed"] as? Int == 1, "\(end.body)")
            let good = try await server.call(.get, "jobs/ingest/\(job)/successfulResults").body
            #expect(good.contains("\"\(id)\",\"false\"") && good.contains("\"true\",\"\",\"New\""), "\(good)")
            #expect(try await server.call(.get, "sobjects/Contact/\(id)").json["LastName"] as? String == "A")
        }
    }

    @Test func `rows are deleted, or destroyed by those who may`() async throws {
        try await TestServer.run { server in
            let ids = try await [server.make("Account", #"{"Name":"A"}"#), server.make("Account", #"{"Name":"B"}"#)]
            let (job, end) = try await server.ingest(
                "delete", "Account", "Id\n\(ids[0])\nnonsense\n003000000000001AAA\n")
            #expect(end.json["numberRecordsFailed"] as? Int == 2, "\(end.body)")
            let failed = try await server.call(.get, "jobs/ingest/\(job)/failedResults").body
            #expect(failed.contains(#"MALFORMED_ID:malformed id nonsense:Id --","nonsense""#), "\(failed)")
            _ = try await server.ingest("hardDelete", "Account", "Id\n\(ids[0])\n\(ids[1])\n")
            #expect(
                try await server.call(.get, "queryAll?q=SELECT+COUNT()+FROM+Account").json["totalSize"] as? Int == 0)
            let agent = try await server.identity.signIn(
                username: TestServer.agent, password: TestServer.password, address: "",
                application: .init(name: "Test", kind: .api, purposes: ["customerService"]))
            let refused = try await server.call(
                .post, "jobs/ingest", #"{"object":"Account","operation":"hardDelete"}"#, token: agent.token)
            #expect(refused.errorCode == "FEATURENOTENABLED", "\(refused.body)")
        }
    }

    @Test func `many rows take the bulk road, and are told of in their order`() async throws {
        try await TestServer.run { server in
            // Long enough for the bulk road, and for several of its chunks.
            let count = 25_000
            let first = String(repeating: "x", count: 40)
            let rows = (0..<count).map { n in n % 10_000 == 7 ? ",bad\(n),\n" : "Last\(n),\(first),#N/A\n" }
            // A row that cannot even be read.
            let csv = "LastName,FirstName,Description\n" + rows.joined() + "one,two,three,four\nLast,First,\n"
            let (job, end) = try await server.ingest("insert", "Contact", csv)
            #expect(end.json["numberRecordsProcessed"] as? Int == count + 2, "\(end.body)")
            #expect(end.json["numberRecordsFailed"] as? Int == 4)
            let failed = try await server.call(.get, "jobs/ingest/\(job)/failedResults").body
            for name in ["bad7", "bad10007", "bad20007", "one"] { #expect(failed.contains("\"\(name)\"")) }
            let good = try await server.call(.get, "jobs/ingest/\(job)/successfulResults").body
            #expect(good.split(separator: "\n").count == count - 3 + 2)
            let one = try #require(good.split(separator: "\n").first { $0.contains("\"Last12345\"") })
            let id = String(one.dropFirst().prefix(18))
            #expect(try await server.call(.get, "sobjects/Contact/\(id)").json["LastName"] as? String == "Last12345")
        }
    }

    @Test(arguments: [
        ("LastName,Nope__c\nx,y\n", "InvalidBatch : Field name not found : Nope__c"),
        ("", "InvalidBatch : The batch has no header row"),
        (
            "LastName\r\nx\r\n",
            "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF"
        ),
        ("LastName,lastname\nx,y\n", "InvalidBatch : Duplicate field name in the header : "),
    ])
    func `a batch that makes no sense fails as a whole, and says why`(csv: String, message: String) async throws {
        try await TestServer.run { server in
            let (id, end) = try await server.ingest("insert", "Contact", csv)
            #expect(end.json["state"] as? String == "Failed")
            #expect((end.json["errorMessage"] as? String)?.hasPrefix(message) == true, "\(end.body)")
            for part in ["successfulResults", "failedResults", "unprocessedRecords"] {
                #expect(try await server.call(.get, "jobs/ingest/\(id)/\(part)").status == 200)
            }
        }
    }

    @Test(arguments: [
        (#"{"object":"Nope","operation":"insert"}"#, "INVALIDENTITY"), (#"{"operation":"insert"}"#, "INVALIDJOB"),
        (#"{"object":"Contact","operation":"query"}"#, "INVALIDJOB"),
        (#"{"object":"Contact","operation":"upsert"}"#, "INVALIDJOB"),
        (#"{"object":"Contact","operation":"upsert","externalIdFieldName":"Title"}"#, "INVALIDJOB"),
        (#"{"object":"Contact","operation":"insert","columnDelimiter":"SPACE"}"#, "INVALIDJOB"),
        (#"{"object":"Contact","operation":"insert","contentType":"XML"}"#, "INVALIDJOB"), ("[", "JSON_PARSER_ERROR"),
        (#"{"object":"UserCredential","operation":"insert"}"#, "INVALIDENTITY"),
    ])
    func `a job that makes no sense is not made`(body: String, code: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.post, "jobs/ingest", body)
            #expect(answer.status == 400)
            #expect(answer.errorCode == code, "\(answer.body)")
        }
    }

    @Test func `a job goes from state to state, and no other way`() async throws {
        try await TestServer.run { server in
            let id = try await server.job(#"{"object":"Contact","operation":"insert"}"#)
            let path = "jobs/ingest/\(id)"
            #expect(try await server.call(.get, path).json["state"] as? String == "Open")
            #expect(try await server.call(.patch, path, #"{"state":"UploadComplete"}"#).errorCode == "INVALIDJOBSTATE")
            #expect(try await server.call(.get, "\(path)/successfulResults").errorCode == "INVALIDJOBSTATE")
            #expect(try await server.upload("x", to: id, type: "application/json").status == 415)
            #expect(try await server.upload("LastName\nx\n", to: id).status == 201)
            #expect(try await server.upload("LastName\nx\n", to: id).errorCode == "INVALIDJOBSTATE")
            #expect(try await server.call(.delete, path).errorCode == "INVALIDJOBSTATE")
            #expect(try await server.call(.patch, path, #"{"state":"Aborted"}"#).json["state"] as? String == "Aborted")
            #expect(try await server.call(.patch, path, #"{"state":"UploadComplete"}"#).errorCode == "INVALIDJOBSTATE")
            #expect(try await server.call(.patch, path, #"{"state":"Done"}"#).errorCode == "INVALIDJOB")
            let left = try await server.call(.get, "\(path)/unprocessedRecords")
            #expect(left.body == "\"LastName\"\n\"x\"\n")
            let list = try await server.call(.get, "jobs/ingest?jobType=V2Ingest")
            #expect(list.records.compactMap { $0["id"] as? String } == [id])
            #expect(try await server.call(.delete, path).status == 204)
            #expect(try await server.call(.get, path).status == 404)
            #expect(try await server.call(.get, "query?q=SELECT+COUNT()+FROM+Contact").json["totalSize"] as? Int == 0)
        }
    }

    @Test func `another user's job is not there`() async throws {
        try await TestServer.run { server in
            let id = try await server.job(#"{"object":"Contact","operation":"insert"}"#)
            let agent = try await server.identity.signIn(
                username: TestServer.agent, password: TestServer.password, address: "",
                application: .init(name: "Test", kind: .api, purposes: ["customerService"]))
            for (method, body) in [(HTTPRequest.Method.get, nil), (.patch, #"{"state":"Aborted"}"#), (.delete, nil)] {
                let answer = try await server.call(method, "jobs/ingest/\(id)", body, token: agent.token)
                #expect(answer.status == 404, "\(answer.body)")
            }
            let upload = try await server.call(
                .put, "jobs/ingest/\(id)/batches", "x", headers: [.contentType: "text/csv"], token: agent.token)
            #expect(upload.status == 404 || upload.status == 415)
            #expect(try await server.call(.get, "jobs/ingest", token: agent.token).records.isEmpty)
        }
    }

    @Test(arguments: ["COMMA", "TAB", "SEMICOLON", "PIPE", "CARET", "BACKQUOTE"], ["LF", "CRLF"])
    func `every delimiter and line ending goes in and comes out`(delimiter: String, ending: String) async throws {
        try await TestServer.run { server in
            let mark =
                ["COMMA": ",", "TAB": "\t", "SEMICOLON": ";", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"][delimiter]
                ?? ""
            let line = ending == "LF" ? "\n" : "\r\n"
            let csv = "LastName\(mark)Title\(line)\"a,b;c|d^e`f\tg\"\(mark)T\(line)"
            let form = #","columnDelimiter":"\#(delimiter)","lineEnding":"\#(ending)""#
            let (id, end) = try await server.ingest("insert", "Contact", csv, more: form)
            #expect(end.json["numberRecordsFailed"] as? Int == 0, "\(end.body)")
            let good = try await server.call(.get, "jobs/ingest/\(id)/successfulResults").body
            #expect(good.hasSuffix("\(mark)\"a,b;c|d^e`f\tg\"\(mark)\"T\"\(line)"), "\(good)")
            let query = try await server.job(
                #"{"operation":"query","query":"SELECT LastName, Title FROM Contact"\#(form)}"#, at: "query")
            _ = try await server.ended("jobs/query/\(query)")
            let found = try await server.call(.get, "jobs/query/\(query)/results").body
            #expect(found == "\"LastName\"\(mark)\"Title\"\(line)\"a,b;c|d^e`f\tg\"\(mark)\"T\"\(line)")
        }
    }
}
