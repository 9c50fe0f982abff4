import Foundation
import Records
import Store
import Testing

@testable import Engine

@Suite struct `A restricted person` {
    /// What the act itself writes: of its request, its proof, and that it was done.
    static let requestsOwn: Set<String> = ["az_restriction", "az_evidence", "az_event", "az_change_position"]

    @Test func `is in no table, and comes back to the byte`() async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            try await tables.engine.store.write { connection in
                try connection.execute(
                    """
                    INSERT INTO az_history (record, object, field, old, new, at, "by") VALUES (\(.id(contact)), 'Contact', \
                    'LastName', '田中', '佐藤', 1, 2)
                    """
                )
            }
            _ = try await tables.session.delete([tables.id("CaseComment", 1)], onFailure: .rollbackAll)
            let request = tables.id("DataSubjectRequest", 1)
            let before = try await tables.dump(besides: Self.requestsOwn)
            let deed = try await tables.session.restrict(contact, request: request)
            #expect(deed.state == .restricted && deed.recordCount == 5 && deed.rowCount == 7)
            let during = try await tables.dump(besides: Self.requestsOwn)
            for (name, rows) in during where name != "az_term" && name != "az_restricted_key" {
                #expect(!rows.contains { $0.contains(String(contact.rawValue)) && name != "Task" }, "\(name)")
            }
            #expect(during["Contact"]?.count == 1)
            #expect(try await tables.places(holding: "サトウ ケンイチ").isEmpty)
            await #expect(throws: PlatformError(.notFound, "")) { try await tables.session.trace(contact) }
            let lifted = try await tables.session.lift(request: request)
            #expect(lifted.state == .lifted)
            #expect(try await tables.dump(besides: Self.requestsOwn) == before)
            #expect(try FileManager.default.contentsOfDirectory(atPath: tables.folder + "/vault").isEmpty)
            await #expect(throws: PlatformError(.notFound, "")) { try await tables.session.lift(request: request) }
        }
    }

    @Test func `keeps its unique values`() async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            let request = tables.id("DataSubjectRequest", 1)
            _ = try await tables.session.restrict(contact, request: request)
            let (engine, object) = (tables.engine, try #require(tables.schema.object("Contact")))
            let field = try #require(object.field("Ext__c"))
            let held = try await engine.store.read { connection in
                try [Value.text("p1"), "P9"].map {
                    try engine.restrictedKeys.hold($0, of: field, in: object, connection)
                }
            }
            #expect(held == [true, false])
            let taken = try await tables.session.create(
                Batch("Contact", ["LastName": "Thief", "Ext__c": "P1"]), onFailure: .keepGoing
            )
            #expect(taken.first?.errors.first?.code == .duplicateValue)
            #expect(taken.first?.errors.first?.message.contains("\(contact)") == false)
            let reports = LoadTests.Reports()
            _ = try await tables.session.load(
                "Contact", fields: ["LastName", "Ext__c"],
                rows: LoadTests.Pieces(pieces: [[["Thief", "P1"], ["Free", "P8"]]])
            ) { reports.add($0) }
            #expect(reports.outcomes.map { $0.outcome.errors.map(\.code) } == [[.duplicateValue], []])
            _ = try await tables.session.lift(request: request)
            #expect(try await engine.store.read { try RestrictedKeys.exist($0) } == false)
        }
    }

    @Test(arguments: [
        "restriction noted", "restriction file written", "restriction written", "restriction committed",
        "restriction scrubbed",
    ])
    func `is either there or away after a kill`(point: String) async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            let request = tables.id("DataSubjectRequest", 1)
            let before = try await tables.dump(besides: Self.requestsOwn)
            await #expect(throws: KillPoint.Killed.self) {
                try await KillPoint.$hook.withValue({ if $0 == point { throw KillPoint.Killed(point: $0) } }) {
                    _ = try await tables.session.restrict(contact, request: request)
                }
            }
            let again = try await tables.reopened()
            let deeds = try await again.session.restrictions()
            let files = try FileManager.default.contentsOfDirectory(atPath: tables.folder + "/vault")
            if deeds.isEmpty {
                #expect(try await again.dump(besides: Self.requestsOwn) == before)
                #expect(files.isEmpty)
            } else {
                #expect(["restriction committed", "restriction scrubbed"].contains(point))
                #expect(files == ["\(request).sealed"])
                #expect(try await again.places(holding: "サトウ ケンイチ").isEmpty)
                _ = try await again.session.lift(request: request)
                #expect(try await again.dump(besides: Self.requestsOwn) == before)
            }
            await again.engine.close()
        }
    }

    @Test(arguments: ["lifting written", "lifting committed"])
    func `is either back or away after a kill while lifting`(point: String) async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            let request = tables.id("DataSubjectRequest", 1)
            let before = try await tables.dump(besides: Self.requestsOwn)
            _ = try await tables.session.restrict(contact, request: request)
            await #expect(throws: KillPoint.Killed.self) {
                try await KillPoint.$hook.withValue({ if $0 == point { throw KillPoint.Killed(point: $0) } }) {
                    _ = try await tables.session.lift(request: request)
                }
            }
            let again = try await tables.reopened()
            if try await again.session.restrictions().first?.state == .restricted {
                _ = try await again.session.lift(request: request)
            }
            #expect(try await again.dump(besides: Self.requestsOwn) == before)
            #expect(try FileManager.default.contentsOfDirectory(atPath: tables.folder + "/vault").isEmpty)
            await again.engine.close()
        }
    }

    @Test func `a changed file does not open`() async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            let request = tables.id("DataSubjectRequest", 1)
            _ = try await tables.session.restrict(contact, request: request)
            let path = tables.engine.restrictionFile(request)
            var bytes = try DurableFile.read(path)
            bytes[bytes.count / 2] ^= 1
            try DurableFile.write(bytes, to: path)
            await #expect(throws: PlatformError(.unknownException, "")) {
                try await tables.session.lift(request: request)
            }
            bytes[bytes.count / 2] ^= 1
            try DurableFile.write(bytes, to: path)
            #expect(try await tables.session.lift(request: request).state == .lifted)
        }
    }
}
