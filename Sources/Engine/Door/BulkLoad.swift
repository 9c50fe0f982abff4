import Records
import Store

/// A bulk load on its way: one chunk is written, the next sealed, and the one behind it read and checked, all at once.
struct BulkLoad<Rows: AsyncIteratorProtocol> where Rows.Element == CellBlock {
    typealias Outcomes = [(row: Int, outcome: Outcome)]
    private typealias Written = (outcomes: Outcomes, duplicates: [DuplicateStep.Report])

    let session: Session
    let columns: BatchColumns
    var iterator: Rows
    let report: @Sendable (Outcomes) throws -> Void
    private(set) var count = LoadCount()

    init(
        session: Session, columns: BatchColumns, iterator: Rows, report: @escaping @Sendable (Outcomes) throws -> Void
    ) {
        self.session = session
        self.columns = columns
        self.iterator = iterator
        self.report = report
    }

    /// - Parameter isPipelined: False when each chunk waits for the one before, which may hold its parents.
    mutating func run(isPipelined: Bool) async throws {
        try await withThrowingTaskGroup(of: Written.self) { writer in
            do {
                try await withThrowingTaskGroup(of: LoadChunk.self) { sealer in
                    try await run(isPipelined, &sealer, &writer)
                }
            } catch {
                // What is being written may be committed, so it is told of before the load ends.
                if let written = try? await writer.next() { try await tell(written) }
                throw error
            }
        }
    }

    private mutating func run(
        _ isPipelined: Bool, _ sealer: inout ThrowingTaskGroup<LoadChunk, any Error>,
        _ writer: inout ThrowingTaskGroup<Written, any Error>
    ) async throws {
        let session = session
        var draft = try await read()
        var failure: (any Error)?
        while let current = draft {
            try Task.checkCancellation()
            sealer.addTask { try await LoadChunk(current, session.engine) }
            draft = nil
            do {
                if isPipelined { draft = try await read() }
            } catch {
                // The rows before are written all the same.
                failure = error
            }
            guard let chunk = try await sealer.next() else { return }
            let written = try await writer.next()
            writer.addTask { try await session.engine.store.writeUnsettled { try chunk.write(session, $0) } }
            // While the writer is busy, the disk takes the chunk before, and it is told of.
            if let written { try await tell(written) }
            if !isPipelined {
                if let written = try await writer.next() { try await tell(written) }
                draft = try await read()
            }
        }
        if let written = try await writer.next() { try await tell(written) }
        if let failure { throw failure }
    }

    /// The next rows, read and checked; nil at the end.
    private mutating func read() async throws -> LoadChunk.Draft? {
        var block: CellBlock?
        while (block?.rowCount ?? 0) < LoadChunk.rowsMin, let piece = try await iterator.next() {
            if block == nil { block = piece } else { block?.append(piece) }
        }
        guard let block, block.rowCount > 0 else { return nil }
        let first = count.rows
        count.rows += block.rowCount
        return try await LoadChunk.Draft(block, from: first, columns, session)
    }

    /// Tells of rows once no power failure can undo them.
    private mutating func tell(_ written: Written) async throws {
        try await session.engine.store.settle()
        try await session.report(written.duplicates)
        let outcomes = written.outcomes
        let refused = outcomes.count { $0.outcome.isRefused }
        count.refused += refused
        count.created += outcomes.count - refused
        try report(outcomes)
    }
}
