import Records

/// Gathers rows into blocks.
struct PostgreSQLBlocks {
    private let kinds: [Cell.Kind]
    private var cells: [Cell] = []
    private var bytes: [UInt8] = []

    static let rowsMax: Int32 = 512
    private static let bytesMax = 131_072

    init(_ kinds: [Cell.Kind]) { self.kinds = kinds }

    /// Adds a row.
    /// - Returns: A block that is full.
    mutating func append(_ row: PostgreSQLRow) -> CellBlock? {
        for (column, kind) in kinds.enumerated() {
            guard !row.isNull(column) else {
                cells.append(.null)
                continue
            }
            switch kind {
            case .null: cells.append(.null)
            case .text, .bytes:
                let text = row.bytes(column)
                cells.append(Cell(kind, start: bytes.count, count: text.count))
                bytes.append(contentsOf: text)
            case .double: cells.append(Cell(kind, Int64(bitPattern: row.double(column).bitPattern)))
            case .boolean, .integer, .date, .datetime, .time, .id: cells.append(Cell(kind, row.int64(column)))
            }
        }
        return cells.count >= Int(Self.rowsMax) * kinds.count || bytes.count >= Self.bytesMax ? end() : nil
    }

    /// What is left; nil when nothing is.
    mutating func end() -> CellBlock? {
        guard !cells.isEmpty else { return nil }
        defer { (cells, bytes) = ([], []) }
        return CellBlock(columnCount: kinds.count, cells: cells, bytes: bytes)
    }
}
