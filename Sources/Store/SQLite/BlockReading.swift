import CSQLite
import Records

/// Reads a statement's rows into blocks, each cell written once and nothing asked twice: what a million rows cost beyond
/// SQLite's own work.
struct BlockReading {
    private let statement: SQLiteStatement
    private let kinds: [Cell.Kind]
    /// Whether the statement stands on a row that is in no block yet.
    private var hasRow = false
    private var isAtEnd = false

    /// Handing a block over costs two threads a wake-up each; a few of them should fit a processor's cache.
    private static let rowsMax = 512
    private static let bytesMax = 131_072

    init(_ statement: SQLiteStatement, as kinds: [Cell.Kind]) {
        self.statement = statement
        self.kinds = kinds
    }

    /// The next rows; nil after the last.
    mutating func next() throws -> CellBlock? {
        var block = try read(bytesMax: Self.bytesMax)
        // A row that has no room among so many bytes.
        if block.rowCount == 0, hasRow { block = try read(bytesMax: rowBytes) }
        return block.rowCount == 0 ? nil : block
    }

    private mutating func read(bytesMax: Int) throws -> CellBlock {
        var cells: [Cell] = []
        let (kinds, handle) = (kinds, statement.handle)
        let bytes = try [UInt8](unsafeUninitializedCapacity: bytesMax) { bytes, used in
            cells = try [Cell](unsafeUninitializedCapacity: Self.rowsMax * kinds.count) { cells, count in
                try kinds.withUnsafeBufferPointer { kinds in
                    while count < cells.count, try isOnARow() {
                        let row = UnsafeMutableBufferPointer(rebasing: cells[count..<count + kinds.count])
                        guard let end = Self.fill(row, of: handle, kinds, bytes, from: used) else { break }
                        used = end
                        count += kinds.count
                        hasRow = false
                    }
                }
            }
        }
        return CellBlock(columnCount: kinds.count, cells: cells, bytes: bytes)
    }

    private mutating func isOnARow() throws -> Bool {
        if hasRow || isAtEnd { return hasRow }
        hasRow = try statement.step()
        isAtEnd = !hasRow
        return hasRow
    }

    /// Writes the cells of a row, and their texts behind those before.
    /// - Returns: Where the texts end; nil when there is no room for them.
    @inline(__always)
    private static func fill(
        _ row: UnsafeMutableBufferPointer<Cell>, of statement: OpaquePointer, _ kinds: UnsafeBufferPointer<Cell.Kind>,
        _ bytes: UnsafeMutableBufferPointer<UInt8>, from first: Int
    ) -> Int? {
        var end = first
        for column in 0..<kinds.count {
            let (value, kind) = (sqlite3_column_value(statement, Int32(column)), kinds[column])
            switch kind {
            case .text, .bytes:
                // Asked for as a blob, a text comes as it lies in the page.
                let start = sqlite3_value_blob(value)
                let count = start == nil ? 0 : Int(sqlite3_value_bytes(value))
                guard end + count <= bytes.count else { return nil }
                if let start {
                    UnsafeMutableRawPointer(bytes.baseAddress.unsafelyUnwrapped + end).copyMemory(
                        from: start, byteCount: count)
                }
                row[column] = count == 0 && isNull(value) ? .null : Cell(kind, start: end, count: count)
                end += count
            case .double:
                let number = sqlite3_value_double(value)
                let bits = Int64(bitPattern: number.bitPattern)
                row[column] = number == 0 && isNull(value) ? .null : Cell(kind, bits)
            default:
                let number = sqlite3_value_int64(value)
                row[column] = number == 0 && isNull(value) ? .null : Cell(kind, number)
            }
        }
        return end
    }

    @inline(__always)
    private static func isNull(_ value: OpaquePointer?) -> Bool { sqlite3_value_type(value) == SQLITE_NULL }

    /// The bytes of all texts and blobs of the row.
    private var rowBytes: Int {
        kinds.indices.reduce(0) { sum, column in
            let isInBuffer = kinds[column] == .text || kinds[column] == .bytes
            return sum + (isInBuffer ? Int(sqlite3_column_bytes(statement.handle, Int32(column))) : 0)
        }
    }
}
