import Foundation
import HTTPTypes
import Testing

struct ReplicationTests {
    private func window(from: TimeInterval, to: TimeInterval) -> String {
        let format = Date.ISO8601FormatStyle()
        return
            "start=\(Date(timeIntervalSinceNow: from).formatted(format))&end=\(Date(timeIntervalSinceNow: to).formatted(format))"
    }

    @Test func `what was made is updated, and what was deleted is deleted`() async throws {
        try await TestServer.run { server in
            let id = try await server.make("Contact", #"{"LastName":"Feed"}"#)
            let updated = try await server.call(.get, "sobjects/Contact/updated/?\(window(from: -300, to: 120))")
            #expect(updated.status == 200, "\(updated.body)")
            #expect(updated.json["ids"] as? [String] == [id])
            #expect(updated.json["latestDateCovered"] is String)
            try await server.call(.delete, "sobjects/Contact/\(id)")
            let deleted = try await server.call(.get, "sobjects/Contact/deleted?\(window(from: -300, to: 120))")
            let rows = deleted.json["deletedRecords"] as? [[String: Any]] ?? []
            #expect(rows.compactMap { $0["id"] as? String } == [id])
            #expect(deleted.json["earliestDateAvailable"] is String)
        }
    }

    @Test(arguments: [
        "start=2026-11-23T00%3A00%3A00%3A&end=2026-11-23T01%3A00%3A00%3A", "start=x&end=y",
        "start=2000-01-01T00:00:00Z&end=2000-01-02T00:00:00Z",
    ])
    func `a window that cannot be is 400`(window: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.get, "sobjects/Contact/updated/?\(window)")
            #expect(answer.status == 400)
            #expect(answer.errorCode == "INVALID_REPLICATION_DATE")
        }
    }

    @Test func `a window turned round is 400`() async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.get, "sobjects/Contact/deleted/?\(window(from: 0, to: -300))")
            #expect(answer.errorCode == "INVALID_REPLICATION_DATE")
        }
    }
}
