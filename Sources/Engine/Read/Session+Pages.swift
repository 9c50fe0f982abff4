public import Records
import Store

extension Session {
    /// The first rows of a query, and where to read on.
    ///
    /// Further pages show the rows that the query found now, in this order, whatever changes meanwhile; rows that are
    /// deleted, erased or restricted before their page is read are left out.
    public func page(_ soql: String, size: Int, deleted: Deleted = .without) async throws -> Page {
        precondition(size > 0, "a page has rows")
        let first = try await engine.store.read { connection in
            try self.firstPage(soql, size: size, deleted: deleted, on: connection)
        }
        try await report(.query, first.plan, first.records)
        guard first.total > first.records.count, !first.ids.isEmpty else {
            return Page(totalSize: first.total, records: first.records, locator: nil)
        }
        let cursor = try await engine.store.write { [user, engine] connection in
            try Cursor.keep(
                first.ids, of: soql, deleted: deleted, user: user, engine.environment, on: connection
            )
        }
        return Page(
            totalSize: first.total, records: first.records,
            locator: Cursor.locator(cursor, offset: first.records.count)
        )
    }

    /// The rows behind a locator; any offset within the result may be asked.
    ///
    /// - Throws: `INVALID_QUERY_LOCATOR` when it is another user's, or nobody read on for two days.
    public func page(at locator: String, size: Int) async throws -> Page {
        precondition(size > 0, "a page has rows")
        let (id, offset) = try Cursor.parse(locator)
        let now = engine.environment.now()
        let (plan, records, cursor) = try await engine.store.read { connection in
            let cursor = try Cursor.read(
                id, offset: offset, size: size, user: self.user, now: now, on: connection
            )
            guard let cursor, offset <= cursor.total else { throw Cursor.invalid }
            let plan = try self.plan(cursor.soql, [:], cursor.deleted, on: connection)
            return (plan, try RowReader(connection: connection).records(plan, of: cursor.ids), cursor)
        }
        try await report(.query, plan, records)
        let next = offset + cursor.ids.count
        guard next < cursor.total else { return Page(totalSize: cursor.total, records: records, locator: nil) }
        try await engine.store.write { connection in
            try connection.execute("UPDATE az_cursor SET touched = \(.datetime(now)) WHERE id = \(.id(id))")
        }
        return Page(totalSize: cursor.total, records: records, locator: Cursor.locator(id, offset: next))
    }

    private struct FirstPage: Sendable {
        let plan: Plan
        let records: [Record]
        let total: Int
        /// Of all rows, when there are more than the page has.
        let ids: [Int64]
    }

    private func firstPage(
        _ soql: String, size: Int, deleted: Deleted, on connection: any Connection
    ) throws -> FirstPage {
        let plan = try plan(soql, [:], deleted, on: connection)
        if plan.isCount {
            let total = try connection.first(plan.countStatement()) { Int($0.int64(0)) } ?? 0
            return FirstPage(plan: plan, records: [], total: total, ids: [])
        }
        let reader = RowReader(connection: connection)
        if plan.isGrouped {
            let records = try reader.records(plan, plan.statement(atMost: 2001))
            guard records.count <= 2000 else {
                throw PlatformError(
                    .exceededIDLimit,
                    "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch"
                )
            }
            return FirstPage(plan: plan, records: records, total: records.count, ids: [])
        }
        var records = try reader.records(plan, plan.statement(atMost: size + 1))
        guard records.count > size else {
            return FirstPage(plan: plan, records: records, total: records.count, ids: [])
        }
        records.removeLast()
        var ids: [Int64] = []
        try connection.rows(plan.idStatement()) { row in
            ids.append(row.int64(0))
            return true
        }
        return FirstPage(plan: plan, records: records, total: ids.count, ids: ids)
    }
}

extension RowReader {
    /// The records with these ids, in the order asked; those that are not there are left out.
    func records(_ plan: Plan, of ids: [RecordID]) throws -> [Record] {
        var places: [RecordID: Int] = [:]
        for (place, id) in ids.enumerated() { places[id] = place }
        var start = 0
        var records: [Record] = []
        while start < ids.count {
            let end = min(start + 1024, ids.count)
            records += try self.records(plan, plan.statement(of: Array(ids[start..<end])))
            start = end
        }
        return records.sorted { a, b in
            (a.id.flatMap { places[$0] } ?? 0) < (b.id.flatMap { places[$0] } ?? 0)
        }
    }
}
