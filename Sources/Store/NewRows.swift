public import Records

/// Rows to insert into a table, in bulk: the key of each, and the cells of its other columns where they lie.
public struct NewRows {
    let table: Identifier
    let key: Identifier
    let columns: [Identifier]
    let keys: [RecordID]
    /// Which of the reader's rows belongs to each key.
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
}
