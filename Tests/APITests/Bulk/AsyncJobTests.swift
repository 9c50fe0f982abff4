import HTTPTypes
import HummingbirdTesting
import Testing

/// The first bulk interface: what the published clients do not do.
struct AsyncJobTests {
    private static let namespace = #"xmlns="http://www.force.com/2009/06/asyncapi/dataload""#

    private func value(_ name: String, _ xml: String) -> String {
        guard let start = xml.firstRange(of: "<\(name)>"), let end = xml.firstRange(of: "</\(name)>") else { return "" }
        return String(xml[start.upperBound..<end.lowerBound])
    }

    private func job(_ server: TestServer, _ operation: String, _ more: String) async throws -> String {
        let answer = try await server.async(
            .post, "job",
            "<jobInfo \(Self.namespace)><operation>\(operation)</operation><object>Contact</object>\(more)</jobInfo>")
        #expect(answer.status == 201, "\(answer.body)")
        #expect(answer.headers[.contentType] == "application/xml")
        return value("id", answer.body)
    }

    private func ended(_ server: TestServer, _ job: String, _ batch: String) async throws -> String {
        for _ in 0..<1_000 {
            let info = try await server.async(.get, "job/\(job)/batch/\(batch)").body
            if ["Completed", "Failed", "NotProcessed"].contains(value("state", info)) { return info }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("the batch did not end")
        return ""
    }

    @Test func `rows in XML are made, with parents by an external id, and told of in XML`() async throws {
        try await TestServer.run { server in
            let account = try await server.make("Account", #"{"Name":"P & Q"}"#)
            let job = try await job(server, "insert", "")
            let rows = """
                <?xml version="1.0" encoding="UTF-8"?><sObjects \(Self.namespace) xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\
                <sObject><LastName>A &lt;b&gt;</LastName><Account><sObject><Id>\(account)</Id></sObject></Account></sObject>\
                <sObject><FirstName>no name</FirstName><LastName xsi:nil="true"/></sObject></sObjects>
                """
            let posted = try await server.async(.post, "job/\(job)/batch", rows)
            #expect(posted.status == 201, "\(posted.body)")
            let batch = value("id", posted.body)
            let info = try await ended(server, job, batch)
            #expect(
                value("numberRecordsProcessed", info) == "2" && value("numberRecordsFailed", info) == "1", "\(info)")
            let result = try await server.async(.get, "job/\(job)/batch/\(batch)/result").body
            #expect(result.hasPrefix(#"<?xml version="1.0" encoding="UTF-8"?><results "#))
            #expect(result.contains("<success>true</success><created>true</created></result>"))
            #expect(result.contains("<fields>LastName</fields>"), "\(result)")
            #expect(try await server.async(.get, "job/\(job)/batch/\(batch)/request").body == rows)

            let query = try await self.job(server, "query", "")
            let asked = try await server.async(
                .post, "job/\(query)/batch", "SELECT LastName, FirstName, Account.Name FROM Contact")
            let part = value("id", asked.body)
            _ = try await ended(server, query, part)
            let list = try await server.async(.get, "job/\(query)/batch/\(part)/result").body
            let found = try await server.async(.get, "job/\(query)/batch/\(part)/result/\(value("result", list))")
            #expect(
                found.body.contains(
                    #"<LastName>A &lt;b&gt;</LastName><FirstName xsi:nil="true"/><Account xsi:type="sObject"><Name>P &amp; Q</Name></Account>"#
                ), "\(found.body)")
            #expect(found.headers[.contentType] == "application/xml")
        }
    }

    @Test(arguments: [
        ("<jobInfo><operation>insert</operation><object>Nope</object></jobInfo>", "InvalidEntity"),
        ("<jobInfo><operation>burn</operation><object>Contact</object></jobInfo>", "InvalidJob"),
        ("<jobInfo><operation>insert</operation></jobInfo>", "InvalidJob"), ("<jobInfo>", "InvalidXML"),
        (#"<!DOCTYPE a [<!ENTITY x "y">]><jobInfo><operation>insert</operation></jobInfo>"#, "InvalidXML"),
        ("<jobInfo><operation>upsert</operation><object>Contact</object></jobInfo>", "InvalidJob"),
        (
            "<jobInfo><operation>insert</operation><object>Contact</object><contentType>ZIP_CSV</contentType></jobInfo>",
            "InvalidJob"
        ),
    ])
    func `a job that makes no sense is not made`(body: String, code: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.async(.post, "job", body)
            #expect(answer.status == 400)
            #expect(value("exceptionCode", answer.body) == code, "\(answer.body)")
        }
    }

    @Test func `errors come in the form of the request`() async throws {
        try await TestServer.run { server in
            let json = try await server.async(.get, "job/750000000000001AAA", type: "application/json; charset=UTF-8")
            #expect(json.status == 400 && json.headers[.contentType] == "application/json")
            #expect(json.json["exceptionCode"] as? String == "InvalidJob")
            let forged = try await server.async(
                .post, "job", "{}", type: "application/json", token: "00D000000000001!x")
            #expect(forged.json["exceptionCode"] as? String == "InvalidSessionId")
            let version = try await server.client.execute(uri: "/services/async/9.0/job", method: .post)
            #expect(version.status == .badRequest)
        }
    }

    @Test func `a batch is refused by a closed job, and one that is too large by any`() async throws {
        try await TestServer.run { server in
            let job = try await job(server, "insert", "<contentType>CSV</contentType>")
            let large = try await server.async(
                .post, "job/\(job)/batch", String(repeating: "x", count: 10_000_001), type: "text/csv")
            #expect(value("exceptionCode", large.body) == "ExceededQuota", "\(large.body)")
            let closed = try await server.async(.post, "job/\(job)", "<jobInfo><state>Closed</state></jobInfo>")
            #expect(value("state", closed.body) == "Closed" && value("numberBatchesTotal", closed.body) == "0")
            let late = try await server.async(.post, "job/\(job)/batch", "LastName\nx\n", type: "text/csv")
            #expect(value("exceptionCode", late.body) == "InvalidJobState", "\(late.body)")
        }
    }

    @Test func `more rows than a batch takes fail it`() async throws {
        try await TestServer.run { server in
            let job = try await job(server, "insert", "<contentType>CSV</contentType>")
            let rows = "LastName\n" + String(repeating: "x\n", count: 10_001)
            let batch = value("id", try await server.async(.post, "job/\(job)/batch", rows, type: "text/csv").body)
            let info = try await ended(server, job, batch)
            #expect(value("state", info) == "Failed", "\(info)")
            let result = try await server.async(.get, "job/\(job)/batch/\(batch)/result")
            #expect(value("exceptionCode", result.body) == "InvalidBatch")
            #expect(try await server.call(.get, "query?q=SELECT+COUNT()+FROM+Contact").json["totalSize"] as? Int == 0)
        }
    }
}
