import AzukariTesting
import Records
import Store
import Testing

@testable import Engine

@Suite struct `Who read a person's records` {
    @Test func `is answered for single reads, lists, exports and refusals`() async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            let (engine, session) = (tables.engine, tables.session)
            func report(_ kind: AccessKind, _ shown: ReadReport.Shown) {
                tables.clock.advance(seconds: 61)
                engine.reads.append(
                    ReadReport(
                        kind, of: "Contact", shown, query: "SELECT Id FROM Contact", by: session, at: tables.clock.now))
            }
            let many = (1...100).map { tables.id("Contact", $0) }
            report(.read, .ids([contact]))
            report(.read, .ids([tables.id("Contact", 2)]))
            report(.query, .ids(many))
            report(.query, .ids(Array(many.dropFirst())))
            report(.export, .range(many[0]...many[99], count: 5_000))
            report(.export, .range(many[1]...many[99], count: 5_000))
            let clock = tables.clock
            try await engine.store.write { connection in
                try connection.execute(
                    """
                    INSERT INTO az_refusal (person, channel, object, field, record, "by", at) VALUES (\(.id(contact)), \
                    'email', 'Contact', 'HasOptedOutOfEmail', \(.id(contact)), 5, \(.datetime(clock.now.adding(seconds: 1))))
                    """
                )
            }
            let accesses = try await session.accesses(to: tables.id("Individual", 1), limit: 10)
            #expect(accesses.map(\.kind) == [.refused, .export, .query, .read])
            #expect(accesses.map(\.isCertain) == [true, false, true, true])
            #expect(accesses.map(\.count) == [1, 5_000, 100, 1])
            #expect(accesses.allSatisfy { $0.records == [contact] })
            #expect(accesses[0].channel == "email")
            #expect(try await session.accesses(to: contact, limit: 2).map(\.kind) == [.refused, .export])
        }
    }

    @Test func `waiting reports are not lost when the folder is closed`() async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            tables.engine.reads.append(
                ReadReport(.read, of: "Contact", .ids([contact]), by: tables.session, at: tables.clock.now))
            let again = try await tables.reopened()
            #expect(try await again.session.accesses(to: contact, limit: 10).count == 1)
            await again.engine.close()
        }
    }

    @Test func `long lists become ranges, packed ids come back`() async throws {
        try await PersonTables.with { tables in
            let ids = (1...2_001).map { tables.id("Contact", Int64($0)) }
            guard
                case .range(let range, let count) = ReadReport(
                    .export, of: "Contact", .ids(ids), by: tables.session, at: tables.clock.now
                ).shown
            else {
                Issue.record("a list of 2,001 is a range")
                return
            }
            #expect(range == ids[0]...ids[2_000] && count == 2_001)
            let some = [tables.id("Task", 7), tables.id("Contact", 900), tables.id("Contact", 1)]
            #expect(PackedIDs.unpack(PackedIDs.pack(some)) == some.sorted())
        }
    }

    @Test func `a million rows of one export are one report`() async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            for start in stride(from: Int64(1), to: 10_001, by: 500) {
                let ids = (start..<start + 500).map { tables.id("Contact", $0) }
                tables.engine.reads.append(
                    ReadReport(.export, of: "Contact", .ids(ids), by: tables.session, at: tables.clock.now))
            }
            let accesses = try await tables.session.accesses(to: contact, limit: 10)
            #expect(accesses.map(\.count) == [10_000] && accesses.map(\.isCertain) == [false])
        }
    }

    @Test func `events are kept in their order, for those who may see them`() async throws {
        try await PersonTables.with { tables in
            try await tables.session.log(.signedIn, record: nil, detail: "password")
            try await tables.session.log(.signedOut, record: nil, detail: "")
            #expect(try await tables.session.auditEvents(limit: 5).map(\.kind) == [.signedOut, .signedIn])
        }
    }
}
