public import Records
import Store

extension Session {
    /// The first rows of a query, and where to read on.
    ///
    /// Further pages show the rows that the query found now, in this order, whatever changes meanwhile; rows that are
    /// deleted, erased or restricted before their page is read are left out. Of a query for what has changed, so are those that
    /// change before their page is read: they belong to the next such query.
    public func page(_ soql: String, size: Int, deleted: Deleted = .without) async throws -> Page<Record> {
        try await page(soql, size: size, deleted: deleted, as: WholeRecords())
    }

    /// The same, with rows as an encoder writes them.
    public func page(
        _ soql: String, size: Int, deleted: Deleted, with encoder: any RecordEncoder
    ) async throws -> Page<[UInt8]> {
        try await page(soql, size: size, deleted: deleted, as: EncodedRecords(encoder: encoder))
    }

    private func page<Form: RecordForm>(
        _ soql: String, size: Int, deleted: Deleted, as form: Form
    ) async throws -> Page<Form.Made> {
        precondition(size > 0, "a page has rows")
        let asked = Cursor.asksForChanges(soql) ? engine.stamps.next(engine.environment.now()) : nil
        let first = try await read { connection in
            try self.firstPage(soql, size: size, deleted: deleted, form, on: connection)
        }
        note(first.object, rows: first.rows.count, query: soql)
        try await report(.query, first.shown)
        guard first.total > first.rows.count, !first.ids.isEmpty else {
            return Page(totalSize: first.total, records: first.rows, locator: nil)
        }
        let cursor = try await write { [user, engine] connection in
            try Cursor.keep(
                first.ids, of: soql, deleted: deleted, size: size, asked: asked, user: user, engine.environment,
                on: connection
            )
        }
        return Page(
            totalSize: first.total, records: first.rows, locator: Cursor.locator(cursor, offset: first.rows.count)
        )
    }

    /// The rows behind a locator; any offset within the result may be asked.
    ///
    /// - Parameter size: How many; nil: as many as the first page had.
    /// - Throws: `INVALID_QUERY_LOCATOR` when it is another user's, or nobody read on for two days.
    public func page(at locator: String, size: Int?) async throws -> Page<Record> {
        try await page(at: locator, size: size, as: WholeRecords())
    }

    /// The same, with rows as an encoder writes them.
    public func page(
        at locator: String, size: Int?, with encoder: any RecordEncoder
    ) async throws -> Page<[UInt8]> {
        try await page(at: locator, size: size, as: EncodedRecords(encoder: encoder))
    }

    private func page<Form: RecordForm>(
        at locator: String, size: Int?, as form: Form
    ) async throws -> Page<Form.Made> {
        precondition(size ?? 1 > 0, "a page has rows")
        let (id, offset) = try Cursor.parse(locator)
        let now = engine.environment.now()
        let (rows, shown, cursor, object) = try await read { connection in
            let cursor = try Cursor.read(
                id, offset: offset, size: size, user: self.user, now: now, on: connection
            )
            guard let cursor, offset <= cursor.total else { throw Cursor.invalid }
            let plan = try self.plan(cursor.soql, [:], cursor.deleted, on: connection)
            var reader = RowReader(connection: connection, form: form)
            return (
                try reader.rows(plan, of: cursor.unchanged(plan.object, on: connection)).map(\.made), reader.shown,
                cursor, plan.object.name
            )
        }
        note(object, rows: rows.count, query: cursor.soql)
        try await report(.query, shown)
        let next = offset + cursor.ids.count
        guard next < cursor.total else { return Page(totalSize: cursor.total, records: rows, locator: nil) }
        try await write { connection in
            try connection.execute("UPDATE az_cursor SET touched = \(.datetime(now)) WHERE id = \(.id(id))")
        }
        return Page(totalSize: cursor.total, records: rows, locator: Cursor.locator(id, offset: next))
    }

    private struct FirstPage<Row: Sendable>: Sendable {
        let object: String
        var rows: [Row] = []
        var total: Int
        /// Of all rows, when there are more than the page has.
        var ids: [Int64] = []
        var shown: [Shown] = []
    }

    private func firstPage<Form: RecordForm>(
        _ soql: String, size: Int, deleted: Deleted, _ form: Form, on connection: any Connection
    ) throws -> FirstPage<Form.Made> {
        let plan = try plan(soql, [:], deleted, on: connection)
        if plan.isCount {
            return FirstPage(
                object: plan.object.name, total: try connection.first(plan.countStatement()) { Int($0.int64(0)) } ?? 0)
        }
        var reader = RowReader(connection: connection, form: form)
        if plan.isGrouped {
            let rows = try reader.rows(plan, plan.statement(atMost: 2001), atMost: 2000).map(\.made)
            guard !reader.hasMore else {
                throw PlatformError(
                    .exceededIDLimit,
                    "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch"
                )
            }
            return FirstPage(object: plan.object.name, rows: rows, total: rows.count)
        }
        var (rows, shown, hasMore) = ([Form.Made](), [Shown](), false)
        if BlockRows<Form.Made>.canRead(plan) {
            let found = try BlockRows(of: plan, as: form, atMost: size, on: connection)
            (rows, hasMore) = (found.rows, found.hasMore)
            if plan.isReported { shown = [Shown(object: plan.object.name, ids: found.ids)] }
        } else {
            rows = try reader.rows(plan, plan.statement(atMost: size + 1), atMost: size).map(\.made)
            (shown, hasMore) = (reader.shown, reader.hasMore)
        }
        guard hasMore else {
            return FirstPage(object: plan.object.name, rows: rows, total: rows.count, shown: shown)
        }
        var ids: [Int64] = []
        try connection.rows(plan.idStatement()) { row in
            ids.append(row.int64(0))
            return true
        }
        return FirstPage(object: plan.object.name, rows: rows, total: ids.count, ids: ids, shown: shown)
    }
}
