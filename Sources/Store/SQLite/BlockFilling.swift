import CSQLite
import Records

/// The memory of a block while rows are written into it.
struct BlockFilling {
    let kinds: UnsafeBufferPointer<Cell.Kind>
    let cells: UnsafeMutableBufferPointer<Cell>
    let bytes: UnsafeMutableBufferPointer<UInt8>
    private(set) var cellCount = 0
    private(set) var byteCount = 0
    /// A row whose texts had no room: the block ends before it.
    private(set) var largeRow: CellBlock?

    init(
        kinds: UnsafeBufferPointer<Cell.Kind>, cells: UnsafeMutableBufferPointer<Cell>,
        bytes: UnsafeMutableBufferPointer<UInt8>
    ) {
        self.kinds = kinds
        self.cells = cells
        self.bytes = bytes
    }

    /// Whether to go on. A quarter of the bytes is kept free, so that few rows turn out to be too large.
    var hasRoom: Bool { cellCount < cells.count && byteCount <= bytes.count / 4 * 3 && largeRow == nil }

    /// Writes a row's cells, and their texts behind those before. Only while there ``hasRoom``.
    @inline(__always)
    mutating func append(_ value: (Int) -> OpaquePointer?) {
        if let end = write(
            value, into: UnsafeMutableBufferPointer(rebasing: cells[cellCount...]), bytes, from: byteCount)
        {
            byteCount = end
            cellCount += kinds.count
        } else {
            largeRow = largeBlock(value)
        }
    }

    /// - Returns: Where the texts end; nil when there is no room for them.
    @inline(__always)
    private func write(
        _ value: (Int) -> OpaquePointer?, into row: UnsafeMutableBufferPointer<Cell>,
        _ bytes: UnsafeMutableBufferPointer<UInt8>, from first: Int
    ) -> Int? {
        var end = first
        for column in 0..<kinds.count {
            let (value, kind) = (value(column), kinds[column])
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
                row[column] = count == 0 && Self.isNull(value) ? .null : Cell(kind, start: end, count: count)
                end += count
            case .double:
                let number = sqlite3_value_double(value)
                let bits = Int64(bitPattern: number.bitPattern)
                row[column] = number == 0 && Self.isNull(value) ? .null : Cell(kind, bits)
            default:
                let number = sqlite3_value_int64(value)
                row[column] = number == 0 && Self.isNull(value) ? .null : Cell(kind, number)
            }
        }
        return end
    }

    /// A block of this row alone.
    @inline(never)
    private func largeBlock(_ value: (Int) -> OpaquePointer?) -> CellBlock {
        let size = kinds.indices.reduce(0) { sum, column in
            let isInBuffer = kinds[column] == .text || kinds[column] == .bytes
            return sum + (isInBuffer ? Int(sqlite3_value_bytes(value(column))) : 0)
        }
        var cells: [Cell] = []
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { bytes, used in
            cells = [Cell](unsafeUninitializedCapacity: kinds.count) { cells, count in
                used = write(value, into: cells, bytes, from: 0) ?? 0
                count = kinds.count
            }
        }
        return CellBlock(columnCount: kinds.count, cells: cells, bytes: bytes)
    }

    @inline(__always)
    private static func isNull(_ value: OpaquePointer?) -> Bool { sqlite3_value_type(value) == SQLITE_NULL }
}
