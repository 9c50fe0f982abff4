import AzukariTesting
import Records
import Synchronization
import Testing

@testable import Engine

struct LoadTests {
    /// Pieces of rows, as a file's reader hands them over.
    struct Pieces: AsyncSequence, Sendable {
        var pieces: [[[Value]]]
        /// Thrown when the pieces are used up.
        var end: PlatformError?

        struct AsyncIterator: AsyncIteratorProtocol {
            var rest: ArraySlice<[[Value]]>
            let end: PlatformError?
            mutating func next() async throws -> CellBlock? {
                if let piece = rest.popFirst() { return CellBlock(piece, columnCount: piece.first?.count ?? 0) }
                if let end { throw end }
                return nil
            }
        }

        func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: pieces[...], end: end) }
    }

    /// Outcomes as they come.
    final class Reports: Sendable {
        private let all = Mutex<[(row: Int, outcome: Outcome)]>([])
        func add(_ outcomes: [(row: Int, outcome: Outcome)]) { all.withLock { $0 += outcomes } }
        var outcomes: [(row: Int, outcome: Outcome)] { all.withLock { $0 } }
    }

    private func people(_ numbers: Range<Int>) -> [[Value]] {
        numbers.map {
            [.text("Last\($0)"), .text("p\($0)@example.org"), $0 % 1000 == 7 ? "no mail" : "2026-01-01T00:00:00Z"]
        }
    }

    @Test func `chunks are loaded in order, with an outcome for every row`() async throws {
        try await Writing.withSession { session, _ in
            let reports = Reports()
            let pieces = Pieces(pieces: stride(from: 0, to: 25_000, by: 2_500).map { people($0..<$0 + 2_500) })
            let count = try await session.load(
                "Contact", fields: ["LastName", "Email", "CreatedDate"], rows: pieces, report: reports.add
            )
            #expect(count.rows == 25_000)
            #expect(count.created == 24_975)
            #expect(count.refused == 25)
            #expect(reports.outcomes.map(\.row) == Array(0..<25_000))
            let refused = reports.outcomes.filter(\.outcome.isRefused)
            #expect(refused.map(\.row) == (0..<25).map { $0 * 1000 + 7 })
            #expect(refused[0].outcome.errors.map(\.code) == [.invalidTypeOnFieldInRecord])
            let found = try await session.query("SELECT count(Id) n FROM Contact")
            #expect(found[0]["n"] == 24_975)
        }
    }

    @Test func `loaded people are found, sealed and shown as if created one by one`() async throws {
        try await Writing.withSession { session, engine in
            _ = try await session.load(
                "Contact", fields: ["LastName", "FirstName", "Email"],
                rows: Pieces(pieces: [[["田中", "太郎", "t@example.jp"], ["Fischer", "Anna", nil]]]), report: { _ in }
            )
            #expect(try await session.search("田中太郎", in: nil, limit: 5).map(\.name) == ["田中 太郎"])
            #expect(try await session.search("fisch", in: ["Contact"], limit: 5).map(\.name) == ["Anna Fischer"])
            let log = try await engine.checkChanges()
            #expect(log.changes == 2)
            #expect(log.damage == nil)
        }
    }

    @Test func `an error of the source keeps what was committed and reported`() async throws {
        try await Writing.withSession { session, _ in
            let reports = Reports()
            let pieces = Pieces(
                pieces: [people(8..<8 + LoadChunk.rowsMin)], end: PlatformError(.invalidOperation, "The file ended.")
            )
            await #expect(throws: PlatformError(.invalidOperation, "")) {
                _ = try await session.load(
                    "Contact", fields: ["LastName", "Email", "CreatedDate"], rows: pieces, report: reports.add
                )
            }
            #expect(reports.outcomes.count == LoadChunk.rowsMin)
            let found = try await session.query("SELECT count(Id) n FROM Contact")
            #expect(found[0]["n"] == .integer(Int64(LoadChunk.rowsMin - LoadChunk.rowsMin / 1000)))
        }
    }

    @Test func `duplicates within a load and with what is there are refused by row`() async throws {
        try await Writing.withSession { session, _ in
            var ext = NewField(name: "Ext__c", type: .string, label: "Ext", labelJa: "外部 ID")
            ext.field.isExternalID = true
            ext.field.isUnique = true
            for object in ["Account", "Contact"] { try await session.addField(ext, to: object) }
            try await session.make("Account", ["Name": "A", "Ext__c": "A1"])
            try await session.make("Contact", ["LastName": "x", "Ext__c": "P1"])
            let reports = Reports()
            let rows: [[Value]] = [["a", "P1", "A1"], ["b", "P2", "A1"], ["c", "p2", "A1"], ["d", "P3", "A2"]]
            _ = try await session.load(
                "Contact", fields: ["LastName", "Ext__c", "Account.Ext__c"], rows: Pieces(pieces: [rows]),
                report: reports.add
            )
            #expect(
                reports.outcomes.map { $0.outcome.errors.map(\.code.name) } == [
                    ["DUPLICATE_VALUE"], [], ["DUPLICATE_VALUE"], ["INVALID_FIELD"],
                ])
        }
    }

    /// Pieces between which somebody else writes.
    struct Disturbed: AsyncSequence, Sendable {
        let pieces: [CellBlock]
        let session: Session

        struct AsyncIterator: AsyncIteratorProtocol {
            var rest: ArraySlice<CellBlock>
            let session: Session
            mutating func next() async throws -> CellBlock? {
                let piece = rest.popFirst()
                try await session.make("Account", ["Name": "Between"])
                return piece
            }
        }

        func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: pieces[...], session: session) }
    }

    @Test func `writes between the chunks of a load leave every change in the log, once and in order`() async throws {
        try await Writing.withSession { session, engine in
            let pieces = stride(from: 0, to: 40_000, by: 10_000).map {
                CellBlock(people($0..<$0 + 10_000), columnCount: 3)
            }
            async let other: Void = {
                for _ in 0..<20 { try await session.make("Account", ["Name": "Beside"]) }
            }()
            let count = try await session.load(
                "Contact", fields: ["LastName", "Email", "CreatedDate"],
                rows: Disturbed(pieces: pieces, session: session)
            ) { _ in }
            try await other
            #expect(count.created == 39_960)
            let log = try await engine.checkChanges()
            #expect(log.damage == nil)
            #expect(log.changes == 39_960 + 20 + 5)
            var contacts: Set<RecordID> = []
            try await engine.changeReader().each { entry in
                if entry.object == "Contact" { #expect(contacts.insert(entry.frame.record).inserted) }
            }
            #expect(contacts.count == 39_960)
        }
    }
}
