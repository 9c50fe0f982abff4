/// Rows in bulk: cells one behind the other, as many a row as there are columns, their texts in one buffer.
///
/// What a million rows cost is mostly the making of values; a block makes none.
public struct CellBlock: Sendable {
    public let columnCount: Int
    @usableFromInline var rows = 0
    public var rowCount: Int { rows }
    /// The texts and blobs of all cells.
    @inlinable public var bytes: [UInt8] { buffer }
    @usableFromInline var buffer: [UInt8] = []
    @usableFromInline var cells: [Cell] = []

    public init(columnCount: Int) { self.columnCount = columnCount }

    /// Rows of as many values as there are columns.
    public init(_ rows: [[Value]], columnCount: Int) {
        self.init(columnCount: columnCount)
        for row in rows { append(row) }
    }

    /// Cells that were made already, row by row, with what their texts and blobs lie in.
    public init(columnCount: Int, cells: [Cell], bytes: [UInt8]) {
        precondition(cells.count.isMultiple(of: columnCount), "a row has as many cells as columns")
        self.columnCount = columnCount
        self.cells = cells
        buffer = bytes
        rows = cells.count / columnCount
    }

    /// Room for rows, so that a block that will be large is not moved as it grows.
    public mutating func reserve(rows: Int, bytes count: Int) {
        cells.reserveCapacity(rows * columnCount)
        buffer.reserveCapacity(count)
    }

    /// The cell's text or blob lies in ``bytes``.
    @inlinable public subscript(row: Int, column: Int) -> Cell { cells[row * columnCount + column] }

    /// A copy of a cell.
    public func value(_ row: Int, _ column: Int) -> Value { self[row, column].value(in: buffer) }

    /// A copy of a row.
    public func values(of row: Int) -> [Value] { (0..<columnCount).map { value(row, $0) } }

    /// Adds a row of values, as many as there are columns.
    public mutating func append(_ row: [Value]) {
        precondition(row.count == columnCount, "a row has as many values as columns")
        for value in row { cells.append(Cell(value, into: &buffer)) }
        rows += 1
    }

    /// Adds a row whose cells are parts of a text: one copy for all of them. Empty parts are null.
    /// - Parameter part: Where the cell of a column lies in the text.
    @inlinable
    public mutating func append(
        parts text: UnsafeBufferPointer<UInt8>, _ part: (Int) -> Range<Int>
    ) {
        let start = buffer.count
        buffer.append(contentsOf: text)
        for column in 0..<columnCount {
            let range = part(column)
            cells.append(range.isEmpty ? .null : Cell(.text, start: start + range.lowerBound, count: range.count))
        }
        rows += 1
    }

    /// Adds the rows of another block of as many columns.
    public mutating func append(_ other: CellBlock) {
        precondition(other.columnCount == columnCount, "blocks of other columns")
        let start = buffer.count
        buffer.append(contentsOf: other.buffer)
        cells.reserveCapacity(cells.count + other.cells.count)
        for cell in other.cells {
            cells.append(
                cell.isInBuffer ? Cell(cell.kind, start: start + Int(cell.number), count: Int(cell.count)) : cell)
        }
        rows += other.rows
    }

    /// All cells and their bytes where they lie, for hot loops. The pointers die with the call of `body`.
    @inlinable
    public func withCells<R>(
        _ body: (UnsafeBufferPointer<Cell>, UnsafeBufferPointer<UInt8>) throws -> R
    ) rethrows -> R {
        try cells.withUnsafeBufferPointer { cells in
            try buffer.withUnsafeBufferPointer { bytes in try body(cells, bytes) }
        }
    }
}
