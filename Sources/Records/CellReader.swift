/// The cells of many rows where they lie, column by column; a column in which all rows are alike has one cell.
///
/// Valid only inside the call that hands it over.
public struct CellReader {
    /// Where a column's cells lie: `start + row * step`.
    public struct Column: Sendable {
        public let start: Int
        /// 0 where all rows share a cell.
        public let step: Int

        @inlinable
        public init(start: Int, step: Int) {
            self.start = start
            self.step = step
        }
    }

    @usableFromInline let columns: UnsafeBufferPointer<Column>
    @usableFromInline let cells: UnsafeBufferPointer<Cell>
    @usableFromInline let bytes: UnsafeBufferPointer<UInt8>

    /// - Parameter bytes: What the texts and blobs of the cells lie in.
    @inlinable
    public init(
        columns: UnsafeBufferPointer<Column>, cells: UnsafeBufferPointer<Cell>, bytes: UnsafeBufferPointer<UInt8>
    ) {
        self.columns = columns
        self.cells = cells
        self.bytes = bytes
    }

    @inlinable public var columnCount: Int { columns.count }

    /// Whether all rows share the column's cell.
    @inlinable public func isUniform(_ column: Int) -> Bool { columns[column].step == 0 }

    @inlinable
    public func cell(_ row: Int, _ column: Int) -> Cell {
        cells[columns[column].start &+ row &* columns[column].step]
    }

    /// A cell's text or blob; empty for all others.
    @inlinable
    public func bytes(of cell: Cell) -> UnsafeBufferPointer<UInt8> {
        cell.count == 0 ? UnsafeBufferPointer(start: nil, count: 0) : UnsafeBufferPointer(rebasing: bytes[cell.range])
    }
}
