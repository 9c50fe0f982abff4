public import Records

extension CSVReader {
    /// How many cells of the row are kept: none of an overlong row, at most as many as the limits say.
    public var cellCount: Int { cells.count }

    /// A cell's bytes where they lie, quotes undone. The pointer dies with the call of `body`. Columns count from 0.
    public func withCell<R>(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
        try buffer.withUnsafeBufferPointer { bytes in
            try body(UnsafeBufferPointer(rebasing: bytes[cells[column].start..<cells[column].end]))
        }
    }

    /// A copy of a cell. What is not UTF-8 becomes U+FFFD.
    public func string(_ column: Int) -> String { withCell(column) { String(decoding: $0, as: UTF8.self) } }

    /// Copies of all cells of the row.
    public func strings() -> [String] { cells.indices.map(string) }

    /// The row as values: texts, and null for each empty cell.
    public func values() -> [Value] {
        buffer.withUnsafeBufferPointer { bytes in
            [Value](unsafeUninitializedCapacity: cells.count) { row, count in
                for (column, cell) in cells.enumerated() {
                    row.initializeElement(at: column, to: Self.value(bytes, cell))
                }
                count = cells.count
            }
        }
    }

    /// Chosen columns of the row as values, in that order. Each column must be below ``cellCount``.
    public func values(of columns: [Int]) -> [Value] {
        buffer.withUnsafeBufferPointer { bytes in
            [Value](unsafeUninitializedCapacity: columns.count) { row, count in
                for (place, column) in columns.enumerated() {
                    row.initializeElement(at: place, to: Self.value(bytes, cells[column]))
                }
                count = columns.count
            }
        }
    }

    /// Adds the row to a block of as many columns; empty cells become null. One copy for the whole row.
    public func append(to block: inout CellBlock) {
        guard let start = cells.first?.start, let end = cells.last?.end else { return block.append([]) }
        buffer.withUnsafeBufferPointer { bytes in
            cells.withUnsafeBufferPointer { cells in
                block.append(parts: UnsafeBufferPointer(rebasing: bytes[start..<end])) { column in
                    cells[column].start - start..<cells[column].end - start
                }
            }
        }
    }

    /// All rows of a text that is small enough to lie in memory, header first; faults are not told apart.
    ///
    /// - Throws: ``FormatError`` as ``next()`` does.
    public static func rows(
        of bytes: some Collection<UInt8>, delimiter: CSVDelimiter? = nil
    ) throws(FormatError) -> [[String]] {
        var reader = CSVReader(delimiter: delimiter)
        reader.feed(bytes)
        reader.finish()
        var rows: [[String]] = []
        while case .row = try reader.next() { rows.append(reader.strings()) }
        return reader.header.isEmpty ? rows : [reader.header] + rows
    }

    @inline(__always)
    private static func value(_ bytes: UnsafeBufferPointer<UInt8>, _ cell: Cell) -> Value {
        cell.start == cell.end
            ? .null
            : .text(String(decoding: UnsafeBufferPointer(rebasing: bytes[cell.start..<cell.end]), as: UTF8.self))
    }
}
