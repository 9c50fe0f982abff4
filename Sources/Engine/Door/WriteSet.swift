import Records

/// Rows of one object that are created or changed together, on their way through the steps.
struct WriteSet: Sendable {
    let operation: BatchColumns.Operation
    let object: ObjectSchema
    /// What is written; the steps add columns of their own (stamps, names, flags).
    private(set) var fields: [Field]
    /// For paths to a parent: how the values of the column name it.
    private(set) var keys: [[BatchColumns.ParentKey]]
    var rows: [WriteRow]
    /// Whether the product itself writes it, as what follows from another write: then whatever the session may see.
    var isProducts = false
    /// For a change: rows that somebody has changed after this moment are refused.
    var condition: Precondition?
    /// Beside ``rows`` and ``fields``.
    var cells: CellGrid
    /// Where a field of the object stands in ``fields``, by its place in the object; -1 where it is not written.
    private var places: [Int]

    /// - Parameter cells: Beside `rows`, with the columns of `columns`.
    init(_ operation: BatchColumns.Operation, _ columns: BatchColumns, rows: [WriteRow], cells: CellGrid) {
        precondition(cells.rowCount == rows.count && cells.columnCount == columns.columns.count)
        self.operation = operation
        self.rows = rows
        self.cells = cells
        object = columns.object
        fields = columns.columns.map(\.field)
        keys = columns.columns.map(\.keys)
        places = Array(repeating: -1, count: columns.object.fields.count)
        for (place, field) in fields.enumerated() {
            if let index = object.index(of: field.name) { places[index] = place }
        }
    }

    /// - Parameter values: Those of the whole batch: a row finds its own by its place there.
    init(_ operation: BatchColumns.Operation, _ columns: BatchColumns, rows: [WriteRow], values: [[Value]]) {
        self.init(
            operation, columns, rows: rows,
            cells: CellGrid(rows: rows.map { values[$0.place] }, columnCount: columns.columns.count)
        )
    }

    /// The column of a field; nil when it is not written, or when the object has no such field.
    func column(_ name: String) -> Int? {
        guard let index = object.index(of: name), places[index] >= 0 else { return nil }
        return places[index]
    }

    /// The column of a field, added when it is not there: then the rows keep what they have. Nil when the object has
    /// no such field.
    mutating func addColumn(_ name: String) -> Int? {
        guard let index = object.index(of: name) else { return nil }
        if places[index] >= 0 { return places[index] }
        places[index] = fields.count
        fields.append(object.fields[index])
        keys.append([])
        cells.add(Value.null)
        for row in rows.indices { if let old = rows[row].old?[index] { cells.set(old, row, fields.count - 1) } }
        return places[index]
    }

    /// To be called in the transaction: between the reading of the values and it, an administrator may have deleted a field, or
    /// have chosen to encrypt one.
    ///
    /// - Throws: `INVALID_FIELD` for a field that is not there any more; nothing of the rows is written.
    mutating func checkFields(are schema: Schema) throws {
        let live = schema.object(object.name)
        for (column, field) in fields.enumerated() {
            let known = live?.field(field.name)
            fields[column].encryption = known?.encryption
            guard known.map(\.isDeleted) ?? true else { continue }
            throw PlatformError(
                .invalidField, "\(object.name).\(field.name) was deleted before these rows were written.",
                fields: [field.name])
        }
        guard (live?.fields.count ?? 0) >= object.fields.count else {
            throw PlatformError(
                .invalidField,
                "A field of \(object.name) was destroyed before these rows were written. Send them again.")
        }
    }

    /// A column whose values named parents holds their ids now.
    mutating func forgetKeys(of column: Int) { keys[column] = [] }

    /// What a field of a row will hold when it is written.
    func value(_ name: String, of row: Int) -> Value {
        guard let index = object.index(of: name) else { return .null }
        if places[index] >= 0 { return cells.value(row, places[index]) }
        return rows[row].old?[index] ?? .null
    }

    /// What a field of a row holds before it is changed; null for a row that is created.
    func oldValue(_ name: String, of row: Int) -> Value {
        object.index(of: name).flatMap { rows[row].old?[$0] } ?? .null
    }

    /// The rows that nothing has refused so far.
    var goodRows: [Int] { rows.indices.filter { rows[$0].refusals.isEmpty } }
}

/// One row of a ``WriteSet``; its values are beside it.
struct WriteRow: Sendable {
    /// Its place in what the caller handed in.
    let place: Int
    var id: RecordID
    /// For a change: what is stored, beside the object's fields.
    var old: [Value]?
    /// Whose data it is; nil for nobody's.
    var subject: RecordID?
    /// Empty while the row is good.
    var refusals: [PlatformError]
    /// Columns of the batch whose values are left as they are.
    var left: [Int] = []
}
