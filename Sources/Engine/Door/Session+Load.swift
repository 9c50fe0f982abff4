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
    /// Each chunk of some fifteen thousand rows is a transaction of its own, whole or not at all; an error ends the load
    /// and leaves the chunks before it. Memory does not grow with the number of rows. The search index is made
    /// afterwards: by ``Engine/settleSearch(progress:)``, or by whoever searches first.
    /// - Parameters:
    ///   - fields: As in a ``Batch``.
    ///   - rows: Pieces of any size, each with as many columns as fields.
    ///   - report: Gets the outcome of every row, counted from 0 over all pieces, in their order, after its chunk is
    ///     committed.
    /// - Throws: `INVALID_TYPE`, `INVALID_FIELD` before anything is read; whatever `rows` and `report` throw.
    public func load(
        _ object: String, fields: [String], rows: some AsyncSequence<CellBlock, any Error> & Sendable,
        report: @Sendable ([(row: Int, outcome: Outcome)]) throws -> Void
    ) async throws -> LoadCount {
        let columns = try await columns(of: Batch(object, fields: fields, rows: []), for: .create)
        // A row may name one that stands before it as its parent: then each chunk waits for the one before.
        let isPipelined = !columns.columns.contains { column in
            column.keys.contains { $0.object.name == columns.object.name }
        }
        let count = try await withThrowingTaskGroup(of: ChunkOutcomes.self) { writer in
            var iterator = rows.makeAsyncIterator()
            var count = LoadCount()
            var untold: ChunkOutcomes?
            func tell() throws {
                guard let outcomes = untold else { return }
                untold = nil
                count.add(outcomes, try report(outcomes))
            }
            var chunk = try await next(&iterator, &count, columns)
            while let current = chunk {
                try Task.checkCancellation()
                writer.addTask { try await self.engine.store.write { try current.write(self, $0) } }
                do {
                    // While the writer is busy, the chunk before is told of and the next made ready.
                    try tell()
                    if isPipelined { chunk = try await next(&iterator, &count, columns) }
                    untold = try await writer.next()
                    if !isPipelined { chunk = try await next(&iterator, &count, columns) }
                } catch {
                    // What is being written is committed, so it is reported before the load ends.
                    if untold == nil { untold = try await writer.next() }
                    try tell()
                    throw error
                }
            }
            try tell()
            return count
        }
        try await engine.evidence.settleIfBehind()
        return count
    }

    private typealias ChunkOutcomes = [(row: Int, outcome: Outcome)]

    /// The next chunk, ready to be written; nil at the end.
    private func next<I: AsyncIteratorProtocol>(
        _ iterator: inout I, _ count: inout LoadCount, _ columns: BatchColumns
    ) async throws -> LoadChunk? where I.Element == CellBlock {
        var block: CellBlock?
        while (block?.rowCount ?? 0) < LoadChunk.rowsMin, let piece = try await iterator.next() {
            if block == nil { block = piece } else { block?.append(piece) }
        }
        guard let block, block.rowCount > 0 else { return nil }
        let first = count.rows
        count.rows += block.rowCount
        return try await LoadChunk.prepare(block, from: first, columns, self)
    }
}

extension LoadCount {
    fileprivate mutating func add(_ outcomes: [(row: Int, outcome: Outcome)], _ reported: Void) {
        let refused = outcomes.count { $0.outcome.isRefused }
        self.refused += refused
        created += outcomes.count - refused
    }
}
