public import Records
import Store

/// What came of a bulk load.
public struct LoadCount: Sendable {
    /// Rows that were handed in.
    public fileprivate(set) var rows = 0
    public fileprivate(set) var created = 0
    public fileprivate(set) var refused = 0
}

extension Session {
    /// Creates records by the bulk road: while a chunk is written, the next is read, checked and sealed.
    ///
    /// Each chunk of some ten thousand rows is a transaction of its own, whole or not at all; an error ends the load
    /// and leaves the chunks before it. Memory does not grow with the number of rows. The search index is made
    /// afterwards: by ``Engine/settleSearch(progress:)``, or by whoever searches first.
    /// - Parameters:
    ///   - fields: As in a ``Batch``.
    ///   - rows: Pieces of any size, each row with as many values as fields.
    ///   - report: Gets the outcome of every row, counted from 0 over all pieces, in their order, after its chunk is
    ///     committed.
    /// - Throws: `INVALID_TYPE`, `INVALID_FIELD` before anything is read; whatever `rows` and `report` throw.
    public func load(
        _ object: String, fields: [String], rows: some AsyncSequence<[[Value]], any Error> & Sendable,
        report: @Sendable ([(row: Int, outcome: Outcome)]) throws -> Void
    ) async throws -> LoadCount {
        let columns = try await columns(of: Batch(object, fields: fields, rows: []), for: .create)
        // A row may name one that stands before it as its parent: then each chunk waits for the one before.
        let isPipelined = !columns.columns.contains { column in
            column.keys.contains { $0.object.name == columns.object.name }
        }
        var iterator = rows.makeAsyncIterator()
        var count = LoadCount()
        var chunk = try await next(&iterator, &count, columns)
        while let current = chunk {
            try Task.checkCancellation()
            let outcomes: [(row: Int, outcome: Outcome)]
            if isPipelined {
                async let written = engine.store.write { try current.write(self, $0) }
                do {
                    chunk = try await next(&iterator, &count, columns)
                } catch {
                    // What is being written is committed, so it is reported before the load ends.
                    count.add(try await written, try report(await written))
                    throw error
                }
                outcomes = try await written
            } else {
                outcomes = try await engine.store.write { try current.write(self, $0) }
                chunk = try await next(&iterator, &count, columns)
            }
            count.add(outcomes, try report(outcomes))
        }
        try await engine.evidence.settleIfBehind()
        return count
    }

    /// The next chunk, ready to be written; nil at the end.
    private func next<I: AsyncIteratorProtocol>(
        _ iterator: inout I, _ count: inout LoadCount, _ columns: BatchColumns
    ) async throws -> LoadChunk? where I.Element == [[Value]] {
        var rows: [[Value]] = []
        while rows.count < LoadChunk.rowsMin, let piece = try await iterator.next() {
            if rows.isEmpty { rows = piece } else { rows += piece }
        }
        guard !rows.isEmpty else { return nil }
        let first = count.rows
        count.rows += rows.count
        return try await LoadChunk.prepare(rows, from: first, columns, self)
    }
}

extension LoadCount {
    fileprivate mutating func add(_ outcomes: [(row: Int, outcome: Outcome)], _ reported: Void) {
        let refused = outcomes.count { $0.outcome.isRefused }
        self.refused += refused
        created += outcomes.count - refused
    }
}
