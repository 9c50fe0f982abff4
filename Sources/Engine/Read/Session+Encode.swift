public import Records
import Store

extension Session {
    /// The bytes of a query's rows, as an encoder writes them on the reader's thread: no record is made in between, and
    /// memory stays flat however many rows there are.
    ///
    /// - Throws: what ``query(_:bindings:deleted:)`` throws, before the first byte; `FUNCTIONALITY_NOT_ENABLED` for
    ///   queries whose rows are not flat (addresses as a whole, `TYPEOF`, child queries).
    public func encode(
        _ soql: String, bindings: [String: BoundValue] = [:], deleted: Deleted = .without,
        with encoder: some RowEncoder
    ) async throws -> AsyncThrowingStream<[UInt8], any Error> {
        try await engine.store.read { connection in
            _ = try self.flatPlan(soql, bindings, deleted, on: connection)
        }
        return engine.store.stream { connection, emit in
            // Once more: the stream's own moment of the database may have another schema, or other rights.
            let plan = try self.flatPlan(soql, bindings, deleted, on: connection)
            var export = Export(session: self, plan: plan, encoder: encoder)
            try export.run(on: connection, emit: emit)
        }
    }

    private func flatPlan(
        _ soql: String, _ bindings: [String: BoundValue], _ deleted: Deleted, on connection: any Connection
    ) throws -> Plan {
        let plan = try plan(soql, bindings, deleted, on: connection)
        guard plan.isFlat, !plan.isCount else {
            throw PlatformError(
                .functionalityNotEnabled,
                "This result has no nested rows, compound fields or COUNT(). Select the parts of an address one by one."
            )
        }
        return plan
    }
}

/// One pass over a result, in chunks.
private struct Export<Encoder: RowEncoder> {
    let session: Session
    let plan: Plan
    var encoder: Encoder
    private var read: [RecordID] = []

    /// A chunk is sent when it is as long as this: handing over costs two threads a wake-up each.
    private let chunkBytes = 262_144

    init(session: Session, plan: Plan, encoder: Encoder) {
        self.session = session
        self.plan = plan
        self.encoder = encoder
    }

    mutating func run(on connection: any Connection, emit: ([UInt8]) throws -> Void) throws {
        var out = fresh()
        encoder.begin(plan.columns, into: &out)
        try connection.rows(plan.statement()) { cells in
            encoder.row(cells, into: &out)
            if plan.isReported, let id = plan.idColumn { read.append(RecordID(rawValue: cells.int64(id))) }
            if out.count >= chunkBytes {
                try emit(out)
                out = fresh()
                reportRead()
            }
            return true
        }
        encoder.end(into: &out)
        if !out.isEmpty { try emit(out) }
        reportRead()
    }

    private func fresh() -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(chunkBytes + 8192)
        return out
    }

    private mutating func reportRead() {
        session.report(.export, plan.object.name, read)
        read.removeAll(keepingCapacity: true)
    }
}
