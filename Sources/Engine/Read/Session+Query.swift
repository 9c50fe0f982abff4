public import Records
import Store

extension Session {
    /// The most rows that ``query(_:bindings:deleted:)`` answers.
    public static let queryRowsMax = 50_000

    /// All rows of a query.
    ///
    /// - Parameter bindings: what the query's variables (`:name`) stand for, by name.
    /// - Throws: `MALFORMED_QUERY`, `INVALID_FIELD`, `INVALID_TYPE` with line and column; `OPERATION_TOO_LARGE` when
    ///   there are more than ``queryRowsMax`` rows.
    public func query(
        _ soql: String, bindings: [String: BoundValue] = [:], deleted: Deleted = .without
    ) async throws -> [Record] {
        try await query(soql, bindings: bindings, deleted: deleted, as: WholeRecords())
    }

    /// The same, with rows as an encoder writes them.
    public func query(
        _ soql: String, bindings: [String: BoundValue], deleted: Deleted, with encoder: any RecordEncoder
    ) async throws -> [[UInt8]] {
        try await query(soql, bindings: bindings, deleted: deleted, as: EncodedRecords(encoder: encoder))
    }

    private func query<Form: RecordForm>(
        _ soql: String, bindings: [String: BoundValue], deleted: Deleted, as form: Form
    ) async throws -> [Form.Made] {
        let (rows, shown, object) = try await read { connection in
            let plan = try self.plan(soql, bindings, deleted, on: connection)
            guard !plan.isCount else { return ([Form.Made](), [Shown](), plan.object.name) }
            var reader = RowReader(connection: connection, form: form)
            let rows = try reader.rows(plan, plan.statement(atMost: Self.queryRowsMax + 1), atMost: Self.queryRowsMax)
            guard !reader.hasMore else {
                throw PlatformError(
                    .operationTooLarge,
                    "The query has more than \(Self.queryRowsMax) rows. Narrow it, or read it page by page."
                )
            }
            return (rows.map(\.made), reader.shown, plan.object.name)
        }
        note(object, rows: rows.count, query: soql)
        try await report(.query, shown)
        return rows
    }

    /// How many rows a query has, without reading them.
    public func count(
        _ soql: String, bindings: [String: BoundValue] = [:], deleted: Deleted = .without
    ) async throws -> Int {
        try await read { connection in
            let plan = try self.plan(soql, bindings, deleted, on: connection)
            return Int(try connection.first(plan.countStatement()) { $0.int64(0) } ?? 0)
        }
    }

    func plan(
        _ soql: String, _ bindings: [String: BoundValue], _ deleted: Deleted, on connection: any Connection
    ) throws -> Plan {
        try engine.plans.plan(soql, try viewer(on: connection), call(bindings, deleted, on: connection))
    }

    func call(_ bindings: [String: BoundValue], _ deleted: Deleted, on connection: any Connection) -> PlanCache.Call {
        PlanCache.Call(
            now: engine.environment.now(), deleted: deleted, bindings: bindings, dialect: connection.dialect
        )
    }

    /// Reports rows, and the children read with them.
    func report(_ kind: AccessKind, _ shown: [Shown]) async throws {
        for shown in shown { report(kind, shown.object, shown.ids) }
        try await flushReadsIfFull()
    }
}
