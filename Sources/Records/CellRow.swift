/// One row of a ``CellBlock`` where it lies. Valid only inside the call that hands it over.
public struct CellRow: Cells {
    @usableFromInline let cells: UnsafeBufferPointer<Cell>
    @usableFromInline let memory: UnsafePointer<UInt8>?

    /// - Parameter memory: Where the buffer begins in which the texts and blobs of the cells lie.
    @inlinable
    public init(_ cells: UnsafeBufferPointer<Cell>, in memory: UnsafePointer<UInt8>?) {
        self.cells = cells
        self.memory = memory
    }

    @inlinable public var count: Int { cells.count }

    @inlinable public subscript(column: Int) -> Cell { cells[column] }

    /// A cell's text or blob; empty for all others.
    @inlinable
    public func bytes(of cell: Cell) -> UnsafeBufferPointer<UInt8> {
        guard cell.count > 0, let memory else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: memory + Int(cell.number), count: Int(cell.count))
    }

    @inlinable public func isNull(_ column: Int) -> Bool { cells[column].isNull }
    @inlinable public func int64(_ column: Int) -> Int64 { cells[column].number }
    @inlinable
    public func double(_ column: Int) -> Double { Double(bitPattern: UInt64(bitPattern: cells[column].number)) }
    @inlinable public func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8> { bytes(of: cells[column]) }
}

extension CellBlock {
    /// Goes through the rows where they lie. They die with the call of `body`.
    /// - Parameter width: How many of a row's cells are shown, from the first; nil: all.
    @inlinable
    public func forEachRow(width: Int? = nil, _ body: (CellRow) throws -> Void) rethrows {
        let width = width ?? columnCount
        try withCells { cells, bytes in
            for row in 0..<rowCount {
                let start = row * columnCount
                let part = UnsafeBufferPointer(rebasing: cells[start..<start + width])
                try body(CellRow(part, in: bytes.baseAddress))
            }
        }
    }
}
