import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

extension TestServer {
    /// Makes a job and gives its id.
    func job(_ body: String, at resource: String = "ingest") async throws -> String {
        let answer = try await call(.post, "jobs/\(resource)", body)
        #expect(answer.status == 200, "\(answer.body)")
        return try #require(answer.json["id"] as? String)
    }

    func upload(_ csv: String, to job: String, type: String = "text/csv") async throws -> Answer {
        try await call(.put, "jobs/ingest/\(job)/batches", csv, headers: [.contentType: type])
    }

    /// Closes a job and waits for its end.
    func finish(_ job: String) async throws -> Answer {
        let closed = try await call(.patch, "jobs/ingest/\(job)", #"{"state":"UploadComplete"}"#)
        #expect(closed.status == 200, "\(closed.body)")
        return try await ended("jobs/ingest/\(job)")
    }

    /// A job once it has ended.
    func ended(_ path: String) async throws -> Answer {
        for _ in 0..<2_000 {
            let answer = try await call(.get, path)
            if ["JobComplete", "Failed", "Aborted"].contains(answer.json["state"] as? String) { return answer }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("the job did not end")
        return try await call(.get, path)
    }

    /// A whole job; what it ends with.
    func ingest(_ operation: String, _ object: String, _ csv: String, more: String = "") async throws -> (
        id: String, end: Answer
    ) {
        let id = try await job(#"{"object":"\#(object)","operation":"\#(operation)"\#(more)}"#)
        #expect(try await upload(csv, to: id).status == 201)
        return (id, try await finish(id))
    }

    /// A call of the first bulk interface.
    func async(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, type: String = "application/xml",
        headers: HTTPFields = [:], token: String? = nil
    ) async throws -> Answer {
        var headers = headers
        headers[.contentType] = type
        if let name = HTTPField.Name("X-SFDC-Session") { headers[name] = token ?? self.token }
        return Answer(
            try await client.execute(
                uri: "/services/async/59.0/\(path)", method: method, headers: headers,
                body: body.map { ByteBuffer(string: $0) }))
    }
}
