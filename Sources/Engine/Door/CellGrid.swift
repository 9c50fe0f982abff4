import Records

/// The cells of rows that are written, column by column, their texts in one buffer.
///
/// A column in which all rows are alike (who, when, a default) is kept as one cell.
struct CellGrid: Sendable {
    let rowCount: Int
    /// The texts and blobs of all cells. What is replaced stays until the grid goes.
    private(set) var bytes: [UInt8]
    private var cells: [Cell] = []
    private var columns: [CellReader.Column] = []

    /// - Parameter bytes: What the cells of columns that will be added lie in.
    init(rowCount: Int, bytes: [UInt8]) {
        self.rowCount = rowCount
        self.bytes = bytes
    }

    /// Room for columns that differ from row to row.
    mutating func reserve(columns count: Int) { cells.reserveCapacity(cells.count + count * rowCount) }

    init(rows: [[Value]], columnCount: Int) {
        self.init(rowCount: rows.count, bytes: [])
        for column in 0..<columnCount { add(rows.map { Cell($0[column], into: &bytes) }) }
    }

    var columnCount: Int { columns.count }

    subscript(row: Int, column: Int) -> Cell {
        get { cells[columns[column].start + row * columns[column].step] }
        set {
            spread(column)
            cells[columns[column].start + row] = newValue
        }
    }

    func value(_ row: Int, _ column: Int) -> Value { self[row, column].value(in: bytes) }

    func values(of row: Int) -> [Value] { columns.indices.map { value(row, $0) } }

    mutating func set(_ value: Value, _ row: Int, _ column: Int) { self[row, column] = Cell(value, into: &bytes) }

    /// A cell of a value, for a column that will be added.
    mutating func append(_ value: Value) -> Cell { Cell(value, into: &bytes) }

    /// A column more, with a cell for each row.
    mutating func add(_ each: [Cell]) {
        precondition(each.count == rowCount, "a column has a cell for each row")
        columns.append(CellReader.Column(start: cells.count, step: 1))
        cells.append(contentsOf: each)
    }

    /// A column more, in which all rows are alike.
    mutating func add(_ all: Value) {
        columns.append(CellReader.Column(start: cells.count, step: 0))
        cells.append(Cell(all, into: &bytes))
    }

    /// Gives the value to every row that has none, or to every row.
    mutating func fill(_ value: Value, _ column: Int, onlyNulls: Bool) {
        let cell = Cell(value, into: &bytes)
        let (start, step) = (columns[column].start, columns[column].step)
        for place in start..<start + (step == 0 ? 1 : rowCount) where !onlyNulls || cells[place].isNull {
            cells[place] = cell
        }
    }

    /// A text put together from parts of the buffer.
    mutating func joined(_ first: Range<Int>, _ second: Range<Int>) -> Cell {
        let start = bytes.count
        // Byte by byte: a slice would hold the buffer, and appending to a held buffer copies all of it.
        for place in first { bytes.append(bytes[place]) }
        bytes.append(UInt8(ascii: " "))
        for place in second { bytes.append(bytes[place]) }
        return Cell(.text, start: start, count: bytes.count - start)
    }

    /// All cells where they lie, for hot loops. The reader dies with the call of `body`.
    func withReader<R>(_ body: (CellReader) throws -> R) rethrows -> R {
        try columns.withUnsafeBufferPointer { columns in
            try cells.withUnsafeBufferPointer { cells in
                try bytes.withUnsafeBufferPointer { try body(CellReader(columns: columns, cells: cells, bytes: $0)) }
            }
        }
    }

    /// Gives each row a cell of its own.
    private mutating func spread(_ column: Int) {
        guard columns[column].step == 0 else { return }
        let cell = cells[columns[column].start]
        columns[column] = CellReader.Column(start: cells.count, step: 1)
        cells.append(contentsOf: repeatElement(cell, count: rowCount))
    }
}
