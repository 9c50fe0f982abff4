public import Records

/// Rows to insert into a table, in bulk: their cells where they lie, and a key beside them where the cells lack it.
public struct NewRows {
    let table: Identifier
    let columns: [Identifier]
    /// The column of ``keys``.
    let key: Identifier?
    let keys: [RecordID]
    /// Which of the reader's rows each is.
    let rows: [Int]
    let cells: CellReader

    /// - Parameters:
    ///   - columns: One for each of the reader's, without the key.
    ///   - rows: As many as keys.
    public init(
        into table: Identifier, key: Identifier, columns: [Identifier], keys: [RecordID], rows: [Int],
        of cells: CellReader
    ) {
        precondition(keys.count == rows.count && columns.count == cells.columnCount, "a row has a key and its cells")
        self.table = table
        self.key = key
        self.columns = columns
        self.keys = keys
        self.rows = rows
        self.cells = cells
    }

    /// Whole rows, whose keys are among their cells.
    public init(into table: Identifier, columns: [Identifier], count: Int, of cells: CellReader) {
        precondition(columns.count == cells.columnCount, "a row has as many cells as columns")
        self.table = table
        self.columns = columns
        key = nil
        keys = []
        rows = Array(0..<count)
        self.cells = cells
    }

    /// All columns, the key first where there is one.
    var allColumns: [Identifier] { (key.map { [$0] } ?? []) + columns }
}
