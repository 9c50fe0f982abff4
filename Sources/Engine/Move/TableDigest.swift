import Crypto
import Records

/// The hash of a table's rows in the order of their key: the same for the same rows, whatever the database.
struct TableDigest {
    private var hash = SHA256()
    private var buffer: [UInt8] = []
    private(set) var rowCount = 0

    mutating func add(_ block: CellBlock) {
        block.withCells { cells, bytes in
            for cell in cells {
                buffer.append(cell.kind.rawValue)
                if cell.kind == .null { continue }
                withUnsafeBytes(of: (cell.isInBuffer ? Int64(cell.count) : cell.number).littleEndian) {
                    buffer.append(contentsOf: $0)
                }
                if cell.isInBuffer { buffer.append(contentsOf: bytes[cell.range]) }
            }
        }
        hash.update(data: buffer)
        buffer.removeAll(keepingCapacity: true)
        rowCount += block.rowCount
    }

    /// SHA-256, 32 bytes.
    func value() -> [UInt8] { Array(hash.finalize()) }
}
