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
        guard let text = Self.open(stored, cipher) else { return stored }
        let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.count)
        _ = bytes.initialize(from: text)
        opened.append((column, bytes))
        return UnsafeBufferPointer(bytes)
    }

    /// Nil for what is no sealed value.
    static func open(_ stored: UnsafeBufferPointer<UInt8>, _ cipher: FieldCipher) -> [UInt8]? {
        switch cipher.open(stored) {
        case .clear: nil
        case .text(let text): text
        case .unreadable: Array(unreadable.utf8)
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
    /// The block with its sealed values opened; itself where there are none.
    func opened(_ cipher: FieldCipher) -> CellBlock {
        withCells { cells, bytes in
            func stored(_ cell: Cell) -> UnsafeBufferPointer<UInt8>? {
                guard cell.kind == .text else { return nil }
                let start = Int(cell.number)
                let text = UnsafeBufferPointer(rebasing: bytes[start..<start + Int(cell.count)])
                return FieldCipher.mayBeSealed(text) ? text : nil
            }
            guard cells.contains(where: { stored($0) != nil }) else { return self }
            // What is sealed is longer than what is not, so the buffer does not grow.
            var clear: [UInt8] = []
            clear.reserveCapacity(bytes.count)
            var made: [Cell] = []
            made.reserveCapacity(cells.count)
            for cell in cells {
                guard cell.isInBuffer else {
                    made.append(cell)
                    continue
                }
                let start = clear.count
                if let stored = stored(cell), let text = OpenedCells.open(stored, cipher) {
                    clear += text
                } else {
                    let first = Int(cell.number)
                    clear.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[first..<first + Int(cell.count)]))
                }
                made.append(Cell(cell.kind, start: start, count: clear.count - start))
            }
            return CellBlock(columnCount: columnCount, cells: made, bytes: clear)
        }
    }
}
