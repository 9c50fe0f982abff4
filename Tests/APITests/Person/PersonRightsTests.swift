import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

struct PersonRightsTests {
    private func call(
        _ server: TestServer, _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil
    ) async throws -> Answer {
        Answer(
            try await server.client.execute(
                uri: "/services/azukari/v1/\(path)", method: method,
                headers: [.authorization: "Bearer \(server.token)", .contentType: "application/json"],
                body: body.map { ByteBuffer(string: $0) }
            )
        )
    }

    private func person(_ server: TestServer) async throws -> String {
        let id = try await server.make(
            "Contact", #"{"LastName":"佐藤","FirstName":"花子","Email":"hanako@example.com"}"#
        )
        try await server.call(
            .post, "sobjects/Case", #"{"Subject":"佐藤花子様より","ContactId":"\#(id)","Origin":"Email"}"#
        )
        return id
    }

    private func approved(_ server: TestServer, _ kind: String, of person: String) async throws -> String {
        let made = try await call(server, .post, "requests", #"{"kind":"\#(kind)","person":"\#(person)"}"#)
        #expect(made.status == 201, "\(made.body)")
        let id = try #require(made.json["id"] as? String)
        #expect(made.headers[.location] == "/services/azukari/v1/requests/\(id)")
        #expect(made.json["status"] as? String == "Received")
        let early = try await call(server, .post, "requests/\(id)/approval")
        #expect(early.errorCode == "INVALID_OPERATION")
        _ = try await call(server, .post, "requests/\(id)/verification", #"{"method":"Letter"}"#)
        let approved = try await call(server, .post, "requests/\(id)/approval")
        #expect(approved.json["status"] as? String == "Approved", "\(approved.body)")
        return id
    }

    @Test func `an erasure is asked for, previewed, carried out and certified`() async throws {
        try await TestServer.run { server in
            let person = try await person(server)
            let id = try await approved(server, "Erasure", of: person)
            let preview = try await call(server, .get, "requests/\(id)/preview")
            let nodes = preview.json["nodes"] as? [[String: Any]] ?? []
            #expect(nodes.contains { $0["object"] as? String == "Contact" }, "\(preview.body)")
            let none = try await call(server, .get, "requests/\(id)/certificate")
            #expect(none.status == 404)
            let done = try await call(server, .post, "requests/\(id)/execution")
            #expect(done.json["status"] as? String == "CarriedOut", "\(done.body)")
            let certificate = try await call(server, .get, "requests/\(id)/certificate")
            #expect(certificate.status == 200)
            #expect(!certificate.json.isEmpty)
            let left = try await server.call(
                .get, "queryAll?q=SELECT+COUNT()+FROM+Contact+WHERE+LastName='%E4%BD%90%E8%97%A4'")
            #expect(left.json["totalSize"] as? Int == 0)
            let shown = try await call(server, .get, "requests/\(id)")
            #expect((shown.json["steps"] as? [Any])?.isEmpty == false)
        }
    }

    @Test func `a restriction hides and a lifting brings back`() async throws {
        try await TestServer.run { server in
            let person = try await person(server)
            let before = try await server.call(.get, "sobjects/Contact/\(person)")
            let id = try await approved(server, "Restriction", of: person)
            #expect(try await call(server, .post, "requests/\(id)/execution").status == 200)
            let hidden = try await server.call(.get, "sobjects/Contact/\(person)")
            #expect(hidden.status == 404)
            let count = try await server.call(.get, "query?q=SELECT+COUNT()+FROM+Contact")
            #expect(count.json["totalSize"] as? Int == 0)
            #expect(try await call(server, .post, "requests/\(id)/announcement", #"{"how":"Email"}"#).status == 200)
            #expect(try await call(server, .post, "requests/\(id)/lifting").status == 200)
            let after = try await server.call(.get, "sobjects/Contact/\(person)")
            #expect(after.body == before.body)
        }
    }

    @Test func `places and packages are had by the person's record`() async throws {
        try await TestServer.run { server in
            let person = try await person(server)
            let places = try await call(server, .get, "persons/\(person)/places")
            let found = places.json["places"] as? [[String: Any]] ?? []
            #expect(
                found.contains { $0["field"] as? String == "Email" && $0["text"] as? String == "hanako@example.com" })
            let answer = try await server.client.execute(
                uri: "/services/azukari/v1/persons/\(person)/package", method: .get,
                headers: [.authorization: "Bearer \(server.token)"]
            )
            #expect(answer.status == .ok)
            #expect(answer.headers[.contentType] == "application/zip")
            #expect(answer.body.readableBytesView.starts(with: [0x50, 0x4B]))
        }
    }

    @Test(arguments: [
        (#"{"kind":"Nope","person":"003000000000001AAA"}"#, "INVALID_OPERATION"),
        (#"{"kind":"Erasure","person":"x"}"#, "MALFORMED_ID"), (#"{"kind":"Erasure"}"#, "MISSING_ARGUMENT"),
        ("{", "JSON_PARSER_ERROR"),
        (#"{"kind":"Erasure","person":"003000000000001AAA"}"#, "INVALID_CROSS_REFERENCE_KEY"),
    ])
    func `a request that cannot be is refused`(body: String, code: String) async throws {
        try await TestServer.run { server in
            let answer = try await call(server, .post, "requests", body)
            #expect(answer.status == 400)
            #expect(answer.errorCode == code, "\(answer.body)")
        }
    }
}
