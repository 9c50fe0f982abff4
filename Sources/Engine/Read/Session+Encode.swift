public import Records
import Store

extension Session {
    /// The bytes of a query's rows, as an encoder writes them: no record is made in between, and memory stays flat however
    /// many rows there are. One thread reads the rows, and whoever asks for the bytes encodes them meanwhile.
    ///
    /// - Throws: what ``query(_:bindings:deleted:)`` throws, before the first byte; `FUNCTIONALITY_NOT_ENABLED` for
    ///   queries whose rows are not flat (addresses as a whole, `TYPEOF`, child queries).
    public func encode(
        _ soql: String, bindings: [String: BoundValue] = [:], deleted: Deleted = .without,
        with encoder: some RowEncoder
    ) async throws -> EncodedRows {
        try await engine.store.read { connection in
            _ = try self.flatPlan(soql, bindings, deleted, on: connection)
        }
        let pieces = engine.store.stream { (connection, emit: (EncodedRows.Piece) throws -> Void) in
            // Once more: the stream's own moment of the database may have another schema, or other rights.
            let plan = try self.flatPlan(soql, bindings, deleted, on: connection)
            try Export(session: self, plan: plan).run(on: connection, emit: emit)
        }
        return EncodedRows(pieces, encoder)
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

/// One pass over a result.
private struct Export {
    let session: Session
    let plan: Plan

    func run(on connection: any Connection, emit: (EncodedRows.Piece) throws -> Void) throws {
        try emit(.begin(plan.columns))
        try connection.blocks(plan.statement(), as: plan.cellKinds) { block in
            try emit(.rows(shown(block)))
            report(block)
        }
        try emit(.end)
    }

    /// With the texts that `FORMAT` makes.
    private func shown(_ block: CellBlock) -> CellBlock {
        guard !plan.formats.isEmpty else { return block }
        var shown = CellBlock(columnCount: block.columnCount)
        block.forEachRow(width: block.columnCount) { row in
            shown.append(
                (0..<block.columnCount).map { place in
                    guard let format = plan.formats[place] else { return block.value(shown.rowCount, place) }
                    return row.isNull(place) ? .null : .text(format.text(row, place))
                })
        }
        return shown
    }

    private func report(_ block: CellBlock) {
        guard plan.isReported, let id = plan.idColumn else { return }
        session.report(.export, plan.object.name, (0..<block.rowCount).compactMap { block[$0, id].id })
    }
}
