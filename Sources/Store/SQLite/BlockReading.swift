import CSQLite
import Records

/// Reads a query's rows into blocks, each cell written once and nothing asked twice: what a million rows cost beyond
/// SQLite's own work.
struct BlockReading {
    private let statement: SQLiteStatement
    private let kinds: [Cell.Kind]
    /// Where the query's function finds the block to fill; nil when the cells are asked for one by one.
    private let function: RowFunction?
    private var isAtEnd = false
    /// A row too large for a block, to be handed on by itself.
    private var largeRow: CellBlock?

    /// Handing a block over costs two threads a wake-up each; a few of them should fit a processor's cache. The last one of a page
    /// is made when nothing is read any more, so it should be a small part of 2,000 rows.
    private static let rowsMax = 128
    private static let bytesMax = 131_072

    /// - Parameter function: What `statement` hands its rows to, if it is one that ``RowFunction/query(_:columns:)`` made.
    init(_ statement: SQLiteStatement, as kinds: [Cell.Kind], by function: RowFunction?) {
        self.statement = statement
        self.kinds = kinds
        self.function = function
    }

    /// The next rows; nil after the last.
    mutating func next() throws -> CellBlock? {
        if largeRow == nil, !isAtEnd {
            let block = try read()
            if block.rowCount > 0 { return block }
        }
        defer { largeRow = nil }
        return largeRow
    }

    private mutating func read() throws -> CellBlock {
        var cells: [Cell] = []
        let (kinds, rowsMax) = (kinds, Self.rowsMax)
        let bytes = try [UInt8](unsafeUninitializedCapacity: Self.bytesMax) { bytes, used in
            cells = try [Cell](unsafeUninitializedCapacity: rowsMax * kinds.count) { cells, count in
                try kinds.withUnsafeBufferPointer { kinds in
                    var filling = BlockFilling(kinds: kinds, cells: cells, bytes: bytes)
                    isAtEnd = try withUnsafeMutablePointer(to: &filling) { try !fill($0) }
                    (count, used, largeRow) = (filling.cellCount, filling.byteCount, filling.largeRow)
                }
            }
        }
        return CellBlock(columnCount: kinds.count, cells: cells, bytes: bytes)
    }

    /// - Returns: Whether there may be more rows.
    private func fill(_ filling: UnsafeMutablePointer<BlockFilling>) throws -> Bool {
        function?.begin(filling)
        defer { function?.end() }
        let (handle, isByFunction) = (statement.handle, function != nil)
        while filling.pointee.hasRoom {
            guard try statement.step() else { return false }
            if !isByFunction { filling.pointee.append { sqlite3_column_value(handle, Int32($0)) } }
        }
        return true
    }
}
