import AzukariTesting
import Engine
import Foundation
import HTTPTypes
import HummingbirdTesting
import Identity
import Records
import Testing

/// What was written, told to whoever keeps a copy.
struct ChangeStreamTests {
    private struct Told {
        let kind: String
        let object: String
        let id: String
        let fields: Set<String>
        let row: [String: Any]
    }

    private static func changes(_ server: TestServer, _ query: String, token: String? = nil) async throws -> (
        told: [Told], next: String
    ) {
        let response = try await server.client.execute(
            uri: "/services/azukari/v1/changes?\(query)", method: .get,
            headers: [.authorization: "Bearer \(token ?? server.token)"])
        let answer = Answer(response)
        #expect(answer.status == 200, "\(answer.body)")
        let told = (answer.json["changes"] as? [[String: Any]] ?? []).map { row in
            let header = row["ChangeEventHeader"] as? [String: Any] ?? [:]
            return Told(
                kind: header["changeType"] as? String ?? "", object: header["entityName"] as? String ?? "",
                id: (header["recordIds"] as? [String])?.first ?? "",
                fields: Set(header["changedFields"] as? [String] ?? []), row: row)
        }
        return (told, answer.json["nextReplayId"] as? String ?? "")
    }

    private static func waited(_ server: TestServer, _ query: String) async throws -> [String] {
        try await changes(server, query).told.map(\.id)
    }

    @Test func `every write is told once, in order, with the values of now`() async throws {
        try await TestServer.run { server in
            let start = try await Self.changes(server, "")
            #expect(start.told.isEmpty)
            let contact = try await server.make("Contact", #"{"LastName":"Blue","Phone":"1"}"#)
            let account = try await server.make("Account", #"{"Name":"Red"}"#)
            try await server.call(.patch, "sobjects/Contact/\(contact)", #"{"Phone":null}"#)
            try await server.call(.delete, "sobjects/Account/\(account)")
            let all = try await Self.changes(server, "replayId=\(start.next)")
            #expect(
                all.told.map { "\($0.kind) \($0.object)" } == [
                    "CREATE Contact", "CREATE Account", "UPDATE Contact", "DELETE Account",
                ])
            #expect(all.told.map(\.id) == [contact, account, contact, account])
            #expect(all.told[0].row["LastName"] as? String == "Blue" && all.told[0].row["Phone"] is NSNull)
            #expect(all.told[2].fields.contains("Phone") && !all.told[2].fields.contains("LastName"))
            let nulled = (all.told[2].row["ChangeEventHeader"] as? [String: Any])?["nulledFields"] as? [String]
            #expect(nulled?.contains("Phone") == true)
            #expect(try await Self.changes(server, "replayId=\(all.next)").told.isEmpty)
            // One at a time, the same.
            var (place, ids) = (start.next, [String]())
            while true {
                let one = try await Self.changes(server, "replayId=\(place)&limit=1")
                place = one.next
                guard let told = one.told.first else { break }
                ids.append(told.id)
            }
            #expect(ids == [contact, account, contact, account])
            let some = try await Self.changes(server, "replayId=\(start.next)&objects=account")
            #expect(some.told.map(\.kind) == ["CREATE", "DELETE"])
            let whole = try await Self.changes(server, "replayId=-2&limit=2000")
            #expect(whole.told.suffix(4).map(\.id) == [contact, account, contact, account])
            #expect(!whole.told.contains { ["AccessSession", "UserCredential"].contains($0.object) })
        }
    }

    @Test func `a place is found again by another process, from the beginning of its segment`() async throws {
        try await TestServer.run { server in
            for number in 0..<20 {
                _ = try await server.make("Contact", #"{"LastName":"P\#(number)","Phone":"\#(number)"}"#)
            }
            let half = try await Self.changes(server, "replayId=-2&objects=Contact&limit=10")
            for number in 0..<300 {
                _ = try await Self.changes(server, "replayId=-2&limit=\(number % 30 + 1)&objects=Account")
            }
            let rest = try await Self.changes(server, "replayId=\(half.next)&objects=Contact")
            #expect((half.told + rest.told).map { $0.row["LastName"] as? String } == (0..<20).map { "P\($0)" })
        }
    }

    @Test func `whoever may not see an object or a field is not told of it`() async throws {
        try await TestServer.run { server in
            let start = try await Self.changes(server, "")
            let contact = try await server.make("Contact", #"{"LastName":"Blue"}"#)
            _ = try await server.make("Product2", #"{"Name":"Lamp"}"#)
            let grant = try await server.identity.signIn(
                username: TestServer.agent, password: TestServer.password, address: "",
                application: .init(name: "Test", kind: .api, purposes: ["customerService"]))
            let schema = try await grant.session.schema()
            let told = try await Self.changes(server, "replayId=\(start.next)", token: grant.token).told
            #expect(told.contains { $0.id == contact })
            #expect(told.allSatisfy { schema.object($0.object) != nil })
            for change in told {
                let object = try #require(schema.object(change.object))
                #expect(change.fields.allSatisfy { object.field($0) != nil })
            }
        }
    }

    @Test func `of a restricted person nothing is told but that they are gone, until they come back`() async throws {
        try await TestServer.run { server in
            let contact = try await server.make("Contact", #"{"LastName":"Blue"}"#)
            let start = try await Self.changes(server, "")
            let id = try #require(RecordID(contact))
            let session = server.engine.systemSession(as: .operator, reason: "test")
            try await server.call(.patch, "sobjects/Contact/\(contact)", #"{"Phone":"1"}"#)
            let request = try #require(RecordID("zD0000000000001"))
            _ = try await session.restrict(id, request: request)
            let told = try await Self.changes(server, "replayId=\(start.next)&objects=Contact")
            #expect(told.told.map(\.kind) == ["DELETE"] && told.told.map(\.id) == [contact])
            _ = try await session.lift(request: request)
            let back = try await Self.changes(server, "replayId=\(told.next)&objects=Contact")
            #expect(back.told.map(\.kind) == ["UNDELETE"] && back.told.map(\.id) == [contact])
            #expect(
                back.told.first?.row["Phone"] as? String == "1" && back.told.first?.row["LastName"] as? String == "Blue"
            )
        }
    }

    @Test func `what is gone for good is told to be gone, and nothing else of it`() async throws {
        try await TestServer.run { server in
            let contact = try await server.make("Contact", #"{"LastName":"Blue"}"#)
            let start = try await Self.changes(server, "")
            let id = try #require(RecordID(contact))
            let session = server.engine.systemSession(as: .operator, reason: "test")
            try await server.call(.patch, "sobjects/Contact/\(contact)", #"{"Phone":"1"}"#)
            _ = try await session.purge([id], onFailure: .rollbackAll)
            let told = try await Self.changes(server, "replayId=\(start.next)").told
            #expect(!told.isEmpty && told.allSatisfy { $0.id == contact && $0.kind == "DELETE" })
        }
    }

    @Test func `a client that waits is answered when something is written`() async throws {
        try await TestServer.run { server in
            let start = try await Self.changes(server, "")
            async let waited = Self.waited(server, "replayId=\(start.next)&wait=20&objects=Contact")
            _ = try await server.make("Account", #"{"Name":"Red"}"#)
            let made = try await server.make("Contact", #"{"LastName":"Blue"}"#)
            #expect(try await waited == [made])
        }
    }

    @Test(arguments: [
        "replayId=x", "replayId=1-1", "replayId=1-1-7", "replayId=0-99-0", "replayId=5-1-99999999", "replayId=-3",
        "limit=0",
        "limit=x", "limit=2001", "wait=26", "wait=x", "objects=Nope", "objects=UserCredential",
    ])
    func `what cannot be gone on from is refused`(query: String) async throws {
        try await TestServer.run { server in
            let response = try await server.client.execute(
                uri: "/services/azukari/v1/changes?\(query)", method: .get,
                headers: [.authorization: "Bearer \(server.token)"])
            #expect(response.status == .badRequest, "\(Answer(response).body)")
        }
    }
}
