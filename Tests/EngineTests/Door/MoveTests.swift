import AzukariTesting
import Foundation
import Records
import Store
import Testing

@testable import Engine

/// Between a file and a server. Skipped where no server is named for tests.
@Suite(
    .enabled(if: TestDatabase.server != nil && TestDatabase.isFile, "no PostgreSQL server is named for tests"),
    .timeLimit(.minutes(5)))
struct MoveTests {
    private func withDatabase(_ body: (String) async throws -> Void) async throws {
        let database = try TestDatabase(isFile: false)
        defer { database.drop() }
        try await body(try #require(database.settings))
    }

    private func move(_ tables: PersonTables, to database: String?, keepsOld: Bool = false) async throws -> Engine.Moved
    {
        try await Engine.move(
            folder: tables.folder, to: database, keepsOld: keepsOld, environment: tables.clock.environment
        ) { _, _ in }
    }

    /// Everything that an organisation answers, but for the reports of the questions.
    private func answers(_ tables: PersonTables) async throws -> [String] {
        let rows = try await tables.session.query("SELECT FIELDS(ALL) FROM Contact ORDER BY Id LIMIT 200")
        let history = try await tables.engine.store.read { connection in
            try connection.all("SELECT record, field, old, new FROM az_history ORDER BY id") { row in
                "\(row.int64(0)) \(row.string(1)) \(row.string(2)) \(row.string(3))"
            }
        }
        let found = try await tables.session.search("佐藤", in: nil, limit: 50).map(\.id.description).sorted()
        return rows.map(\.line) + history + found
    }

    @Test func `there and back, and nothing is lost or changed`() async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            _ = try await tables.session.update(
                Batch("Contact", ["Id": .id(contact), "LastName": "佐藤改"]), onFailure: .rollbackAll)
            let before = try await answers(tables)
            await tables.engine.close()
            try await withDatabase { database in
                let there = try await move(tables, to: database)
                #expect(there.remainder == nil && (there.rows["Contact"] ?? 0) >= 1)
                #expect(!FileManager.default.fileExists(atPath: tables.folder + "/azukari.sqlite"))
                let moved = try await tables.reopened()
                #expect(try await answers(moved) == before)
                // It goes on as an organisation: numbers, history and the search index behind what is there.
                let outcome = try await moved.session.update(
                    Batch("Contact", ["Id": .id(contact), "LastName": "佐藤"]), onFailure: .rollbackAll)
                #expect(outcome.allSatisfy { !$0.isRefused })
                let changed = try await answers(moved)
                await moved.engine.close()
                let back = try await move(tables, to: nil)
                #expect(back.remainder == nil && back.rows["Contact"] == there.rows["Contact"])
                let again = try await tables.reopened()
                #expect(try await answers(again) == changed)
                #expect(try await again.engine.examine().allSatisfy(\.isSound))
                await again.engine.close()
            }
        }
    }

    @Test func `encrypted fields go as they are stored, and are opened there`() async throws {
        try await PersonTables.with { tables in
            _ = try await tables.sato()
            try await tables.session.encrypt("Email", of: "Contact", .caseInsensitive)
            try await tables.engine.settleSealing()
            let before = try await answers(tables)
            let stored = try await tables.engine.storedTexts("Contact", "Email")
            #expect(!stored.isEmpty && stored.allSatisfy { $0.hasPrefix("\u{1}d0001") })
            await tables.engine.close()
            try await withDatabase { database in
                _ = try await move(tables, to: database)
                let moved = try await tables.reopened()
                #expect(try await answers(moved) == before)
                #expect(try await moved.engine.storedTexts("Contact", "Email") == stored)
                await moved.engine.close()
            }
        }
    }

    @Test func `a restricted person is lifted where the records are now`() async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            let before = try await answers(tables)
            let request = tables.id("DataSubjectRequest", 77)
            _ = try await tables.session.restrict(contact, request: request)
            await tables.engine.close()
            try await withDatabase { database in
                _ = try await move(tables, to: database)
                let moved = try await tables.reopened()
                #expect(try await moved.session.query("SELECT Id FROM Contact WHERE Id = '\(contact)'").isEmpty)
                _ = try await moved.session.lift(request: request)
                #expect(try await answers(moved) == before)
                await moved.engine.close()
                _ = try await move(tables, to: nil, keepsOld: true)
            }
        }
    }

    @Test func `a move that was cut off leaves the organisation as it was, and begins anew`() async throws {
        try await PersonTables.with { tables in
            _ = try await tables.sato()
            let before = try await answers(tables)
            await tables.engine.close()
            try await withDatabase { database in
                // What a crash leaves: some tables, and the mark.
                let half = try PostgreSQLStore.open(database, readers: 1)
                try await half.write { connection in
                    try connection.execute("CREATE TABLE az_moving (id BIGINT PRIMARY KEY)")
                    try connection.execute("CREATE TABLE \"Contact\" (\"Id\" BIGINT PRIMARY KEY)")
                }
                await half.close()
                let same = try await tables.reopened()
                #expect(try await answers(same) == before)
                await same.engine.close()
                _ = try await move(tables, to: database)
                let moved = try await tables.reopened()
                #expect(try await answers(moved) == before)
                await moved.engine.close()
                _ = try await move(tables, to: nil, keepsOld: true)
            }
        }
    }

    @Test func `a database that holds something is refused and left alone`() async throws {
        try await PersonTables.with { tables in
            await tables.engine.close()
            try await withDatabase { database in
                let other = try PostgreSQLStore.open(database, readers: 1)
                try await other.write { try $0.execute("CREATE TABLE theirs (id BIGINT PRIMARY KEY)") }
                await #expect(throws: PlatformError(.invalidOperation, "")) { try await move(tables, to: database) }
                #expect(try await other.read { try $0.tables().map(\.name) } == ["theirs"])
                await other.close()
                await #expect(throws: PlatformError(.invalidOperation, "")) { try await move(tables, to: nil) }
            }
            let same = try await tables.reopened()
            await same.engine.close()
        }
    }
}
