import Records
import Vault

/// A row whose sealed values are opened when they are asked for; the others lie where they lay. For one row after another.
final class OpenedCells: Cells {
    private let cipher: FieldCipher
    private var row: (any Cells)?
    /// What was opened of the row, by column.
    private var opened: [(column: Int, bytes: UnsafeMutableBufferPointer<UInt8>)] = []

    /// What stands for a value that cannot be read, as on the platform.
    static let unreadable = "?????"

    init(_ cipher: FieldCipher) { self.cipher = cipher }

    deinit { forget() }

    /// Goes on to the next row.
    func at(_ row: any Cells) -> OpenedCells {
        forget()
        self.row = row
        return self
    }

    func isNull(_ column: Int) -> Bool { row?.isNull(column) ?? true }
    func int64(_ column: Int) -> Int64 { row?.int64(column) ?? 0 }
    func double(_ column: Int) -> Double { row?.double(column) ?? 0 }

    func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8> {
        let stored = row?.bytes(column) ?? UnsafeBufferPointer(start: nil, count: 0)
        guard FieldCipher.mayBeSealed(stored) else { return stored }
        if let known = opened.first(where: { $0.column == column }) { return UnsafeBufferPointer(known.bytes) }
        // A sealed value is longer than its text, and than what stands for one that cannot be read.
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: stored.count)
        guard let count = Self.open(stored, cipher, into: memory) else {
            memory.deallocate()
            return stored
        }
        let bytes = UnsafeMutableBufferPointer(start: memory, count: count)
        opened.append((column, bytes))
        return UnsafeBufferPointer(bytes)
    }

    /// How many bytes are shown; nil for what is no sealed value.
    static func open(
        _ stored: UnsafeBufferPointer<UInt8>, _ cipher: FieldCipher, into memory: UnsafeMutablePointer<UInt8>
    ) -> Int? {
        switch cipher.open(stored, into: memory) {
        case .clear: return nil
        case .text(let count): return count
        case .unreadable:
            memory.initialize(repeating: UInt8(ascii: "?"), count: unreadable.utf8.count)
            return unreadable.utf8.count
        }
    }

    private func forget() {
        for value in opened {
            value.bytes.update(repeating: 0)
            value.bytes.deallocate()
        }
        opened.removeAll(keepingCapacity: true)
    }
}

extension CellBlock {
    /// Whether there may be sealed values in it.
    var mayHaveSealed: Bool {
        withCells { cells, bytes in cells.contains { Self.sealed($0, bytes) != nil } }
    }

    /// The block with its sealed values opened.
    func opened(_ cipher: FieldCipher) -> CellBlock {
        withCells { cells, bytes in
            var made: [Cell] = []
            made.reserveCapacity(cells.count)
            // What is sealed is longer than what is not, so there is room for all.
            let clear = [UInt8](unsafeUninitializedCapacity: bytes.count) { clear, used in
                guard let out = clear.baseAddress, let from = bytes.baseAddress else {
                    made.append(contentsOf: cells)
                    return
                }
                for cell in cells {
                    guard cell.isInBuffer else {
                        made.append(cell)
                        continue
                    }
                    let start = used
                    if let sealed = Self.sealed(cell, bytes),
                        let count = OpenedCells.open(sealed, cipher, into: out + start)
                    {
                        used += count
                    } else {
                        (out + start).initialize(from: from + Int(cell.number), count: Int(cell.count))
                        used += Int(cell.count)
                    }
                    made.append(Cell(cell.kind, start: start, count: used - start))
                }
            }
            return CellBlock(columnCount: columnCount, cells: made, bytes: clear)
        }
    }

    @inline(__always)
    private static func sealed(_ cell: Cell, _ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        guard cell.kind == .text else { return nil }
        let start = Int(cell.number)
        let text = UnsafeBufferPointer(rebasing: bytes[start..<start + Int(cell.count)])
        return FieldCipher.mayBeSealed(text) ? text : nil
    }
}
