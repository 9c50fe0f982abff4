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
        let (plan, records) = try await engine.store.read { connection in
            let plan = try self.plan(soql, bindings, deleted, on: connection)
            guard !plan.isCount else { return (plan, [Record]()) }
            let records = try RowReader(connection: connection)
                .records(plan, plan.statement(atMost: Self.queryRowsMax + 1))
            guard records.count <= Self.queryRowsMax else {
                throw PlatformError(
                    .operationTooLarge,
                    "The query has more than \(Self.queryRowsMax) rows. Narrow it, or read it page by page."
                )
            }
            return (plan, records)
        }
        try await report(.query, plan, records)
        return records
    }

    /// How many rows a query has, without reading them.
    public func count(
        _ soql: String, bindings: [String: BoundValue] = [:], deleted: Deleted = .without
    ) async throws -> Int {
        try await engine.store.read { connection in
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

    /// Reports rows and the children read with them.
    func report(_ kind: AccessKind, _ plan: Plan, _ records: [Record]) async throws {
        guard !plan.isGrouped, !plan.isCount else { return }
        report(kind, plan.object, records.compactMap(\.id))
        for case .children(let name, let place) in plan.shape.entries {
            try await report(kind, plan.children[place].plan, records.flatMap { $0.children(name) })
        }
        try await engine.reads.flushIfDue()
    }
}
