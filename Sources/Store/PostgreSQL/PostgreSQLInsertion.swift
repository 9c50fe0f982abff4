import Records

/// Inserts rows by COPY. A row that is refused is found by halves: its half is undone and tried again in two.
struct PostgreSQLInsertion {
    private let new: NewRows
    private let connection: PostgreSQLConnection
    private let statement: String

    private static let flushedBytes = 65_536

    init(_ new: NewRows, _ connection: PostgreSQLConnection) {
        self.new = new
        self.connection = connection
        let names = new.allColumns.map(\.quoted).joined(separator: ", ")
        statement = "COPY \(new.table.quoted) (\(names)) FROM STDIN"
    }

    func run(failed: (Int, any Error) throws -> Void) throws { try insert(0..<new.rows.count, failed) }

    private func insert(_ places: Range<Int>, _ failed: (Int, any Error) throws -> Void) throws {
        guard !places.isEmpty else { return }
        do {
            try connection.savepoint { try copy(places) }
        } catch let error as PlatformError where Self.isOfRow(error) {
            guard places.count > 1 else { return try failed(places.lowerBound, error) }
            let middle = places.lowerBound + places.count / 2
            try insert(places.lowerBound..<middle, failed)
            try insert(middle..<places.upperBound, failed)
        }
    }

    /// Whether another row may fare better.
    private static func isOfRow(_ error: PlatformError) -> Bool {
        [.duplicateValue, .requiredFieldMissing, .stringTooLong, .fieldIntegrityException].contains(error.code)
    }

    private func copy(_ places: Range<Int>) throws {
        try connection.copy(statement) { send in
            var line: [UInt8] = []
            for place in places {
                if new.key != nil { append("\(new.keys[place].rawValue)\t".utf8, to: &line) }
                for column in 0..<new.columns.count {
                    if column > 0 { line.append(UInt8(ascii: "\t")) }
                    append(new.cells.cell(new.rows[place], column), to: &line)
                }
                line.append(UInt8(ascii: "\n"))
                if line.count >= Self.flushedBytes {
                    try line.withUnsafeBytes(send)
                    line.removeAll(keepingCapacity: true)
                }
            }
            if !line.isEmpty { try line.withUnsafeBytes(send) }
        }
    }

    /// In the text form of COPY (its manual: "Text Format").
    private func append(_ cell: Cell, to line: inout [UInt8]) {
        switch cell.kind {
        case .null: append("\\N".utf8, to: &line)
        case .double: append("\(Double(bitPattern: UInt64(bitPattern: cell.number)))".utf8, to: &line)
        case .text:
            for byte in new.cells.bytes(of: cell) {
                switch byte {
                case UInt8(ascii: "\\"): append("\\\\".utf8, to: &line)
                case UInt8(ascii: "\t"): append("\\t".utf8, to: &line)
                case UInt8(ascii: "\n"): append("\\n".utf8, to: &line)
                case UInt8(ascii: "\r"): append("\\r".utf8, to: &line)
                default: line.append(byte)
                }
            }
        case .bytes:
            append("\\\\x".utf8, to: &line)
            for byte in new.cells.bytes(of: cell) {
                let digits = Array("0123456789abcdef".utf8)
                line.append(digits[Int(byte >> 4)])
                line.append(digits[Int(byte & 15)])
            }
        case .boolean, .integer, .date, .datetime, .time, .id: append(String(cell.number).utf8, to: &line)
        }
    }

    private func append(_ text: some Sequence<UInt8>, to line: inout [UInt8]) { line.append(contentsOf: text) }
}
