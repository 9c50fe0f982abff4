import AzukariTesting
import Records
import Store
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(5))) struct ReadLogTests {
    private func report(_ tables: PersonTables, _ count: Int) {
        for number in 1...count {
            tables.engine.reads.append(
                ReadReport(
                    .read, of: "Contact", .ids([tables.id("Contact", Int64(number))]), by: tables.session,
                    at: tables.clock.now
                )
            )
        }
    }

    /// How many are written, after the writings in hand.
    private func written(_ tables: PersonTables) async throws -> Int64? {
        try await tables.engine.store.write { try $0.first("SELECT count(*) FROM az_access") { $0.int64(0) } }
    }

    @Test func `reports are written by themselves as soon as enough wait`() async throws {
        try await PersonTables.with { tables in
            report(tables, ReadLog.batchMin - 1)
            let before = try await written(tables)
            report(tables, 1)
            let after = try await written(tables)
            #expect(before == 0 && after == Int64(ReadLog.batchMin))
            #expect(tables.engine.reads.take(.max).isEmpty)
        }
    }

    @Test func `what could not be written goes on waiting and is written later`() async throws {
        try await PersonTables.with { tables in
            try await tables.engine.store.write { try $0.execute("ALTER TABLE az_access RENAME TO az_elsewhere") }
            report(tables, ReadLog.batchMin)
            await #expect(throws: PlatformError.self) { try await tables.engine.reads.flush() }
            try await tables.engine.store.write { try $0.execute("ALTER TABLE az_elsewhere RENAME TO az_access") }
            try await tables.engine.reads.flush()
            #expect(try await written(tables) == Int64(ReadLog.batchMin))
        }
    }

    @Test func `a log that cannot be written makes readers wait, and then refuses them`() async throws {
        try await PersonTables.with { tables in
            try await tables.engine.store.write { try $0.execute("ALTER TABLE az_access RENAME TO az_elsewhere") }
            report(tables, ReadLog.waitingMax)
            await #expect(throws: PlatformError.self) { try await tables.engine.reads.flushIfFull() }
            try await tables.engine.store.write { try $0.execute("ALTER TABLE az_elsewhere RENAME TO az_access") }
            try await tables.engine.reads.flushIfFull()
            #expect(try await written(tables) == Int64(ReadLog.waitingMax))
        }
    }
}
