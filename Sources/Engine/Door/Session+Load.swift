public import Records
import Store

/// What came of a bulk load.
public struct LoadCount: Sendable {
    /// Rows that were handed in.
    public internal(set) var rows = 0
    public internal(set) var created = 0
    public internal(set) var refused = 0
}

extension Session {
    /// Creates records by the bulk road: while a chunk is written, the next is sealed and the one behind it read and checked.
    ///
    /// Each chunk of some eleven thousand rows is a transaction of its own, whole or not at all; an error ends the load
    /// and leaves the chunks before it. Memory does not grow with the number of rows. The search index is made
    /// afterwards: by ``Engine/settleSearch(progress:)``, or by whoever searches first.
    /// - Parameters:
    ///   - fields: As in a ``Batch``.
    ///   - leavesEmpty: As in a ``Batch``.
    ///   - rows: Pieces of any size, each with as many columns as fields.
    ///   - report: Gets the outcome of every row, counted from 0 over all pieces, in their order, after its chunk is
    ///     committed.
    /// - Throws: `INVALID_TYPE`, `INVALID_FIELD` before anything is read; whatever `rows` and `report` throw.
    public func load(
        _ object: String, fields: [String], leavesEmpty: Bool = false,
        rows: some AsyncSequence<CellBlock, any Error> & Sendable,
        report: @escaping @Sendable ([(row: Int, outcome: Outcome)]) throws -> Void
    ) async throws -> LoadCount {
        var batch = Batch(object, fields: fields, rows: [])
        batch.leavesEmpty = leavesEmpty
        let columns = try await columns(of: batch, for: .create)
        try await settleMatches(for: columns)
        // A row may name one that stands before it as its parent: then each chunk waits for the one before.
        let isPipelined = !columns.columns.contains { column in
            column.keys.contains { $0.object.name == columns.object.name }
        }
        var load = BulkLoad(session: self, columns: columns, iterator: rows.makeAsyncIterator(), report: report)
        try await load.run(isPipelined: isPipelined)
        try await engine.evidence.settleIfBehind()
        return load.count
    }
}
