import Records

/// The step that keeps the search index, and what duplicates are found by, beside the rows, in the same transaction.
enum SearchStep {
    static func index(_ set: WriteSet, _ transaction: WriteTransaction) throws {
        try transaction.engine.matches.index(set, transaction.connection)
        let fields = SearchIndex.fields(of: set.object)
        guard !fields.isEmpty else { return }
        // A change that touches no searched field leaves the index as it is.
        if set.operation == .update, !fields.contains(where: { set.column($0.name) != nil }) { return }
        // Many at once are indexed later, together, by whoever searches.
        let good = set.goodRows
        let ids = good.map { set.rows[$0].id }
        if set.operation == .create, good.count >= rowsAtOnceMin, let first = ids.min(), let last = ids.max() {
            return try SearchIndex.postpone(set.object.name, first...last, transaction.connection)
        }
        for row in good {
            let new = fields.map { set.value($0.name, of: row).text }
            let old = fields.map { field in
                set.object.index(of: field.name).flatMap { set.rows[row].old?[$0] }?.text
            }
            let search = transaction.engine.search
            try SearchIndex.replace(
                set.rows[row].old == nil ? [] : search.numbers(of: old, in: set.object),
                with: search.numbers(of: new, in: set.object), of: set.rows[row].id, transaction.connection
            )
        }
    }

    /// Fewer new records than these are indexed one by one, in their transaction: a search finds them without a wait.
    private static let rowsAtOnceMin = 10

    /// The terms of a stored record enter or leave the index with it.
    static func move(_ row: StoredRow, isThere: Bool, _ transaction: WriteTransaction) throws {
        try transaction.engine.matches.move(row, isThere: isThere, transaction.connection)
        let fields = SearchIndex.fields(of: row.object)
        guard !fields.isEmpty else { return }
        let terms = transaction.engine.search.numbers(of: fields.map { row[$0.name].text }, in: row.object)
        try SearchIndex.replace(
            isThere ? [] : terms, with: isThere ? terms : [], of: row.id, transaction.connection
        )
    }
}
