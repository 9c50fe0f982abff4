import Records

/// A row as it stands in the input.
struct SourceRow {
    /// Among the data rows, from 1.
    var number: Int
    /// The physical line on which it begins; nil where the input has no lines of rows.
    var line: Int?
    /// One for each column of the source, but of rows with a fault: then as many as could be read.
    var cells: [Value]
    /// Why it cannot even be handed to the door.
    var fault: RowFault?
    /// The name by which other rows of the same load refer to it.
    var reference: String?
}

/// Why a row is refused before the door sees it, or by the door.
struct RowFault: Error {
    var code: String
    var message: String
    /// The column's name in the input, or the field's where no column is meant.
    var column: String?
}

/// Some rows of an input, in their order: the good ones as cells, the others one by one.
struct SourceBlock {
    var cells: CellBlock
    /// Beside the good rows, as in ``SourceRow``.
    private(set) var numbers: [Int] = []
    private(set) var lines: [Int?] = []
    private(set) var references: [String?] = []
    /// Rows that cannot even be handed to the door; each has its fault.
    private(set) var faulty: [SourceRow] = []

    init(columnCount: Int) { cells = CellBlock(columnCount: columnCount) }

    var rowCount: Int { cells.rowCount + faulty.count }

    /// Adds a row whose cells stand in ``cells`` already.
    mutating func note(number: Int, line: Int?, reference: String? = nil) {
        numbers.append(number)
        lines.append(line)
        references.append(reference)
    }

    mutating func append(_ row: SourceRow) {
        guard row.fault == nil else { return faulty.append(row) }
        cells.append(row.cells)
        note(number: row.number, line: row.line, reference: row.reference)
    }

    /// A copy of a good row.
    func row(_ place: Int) -> SourceRow {
        SourceRow(
            number: numbers[place], line: lines[place], cells: cells.values(of: place), fault: nil,
            reference: references[place])
    }
}

/// Rows to load, in their order, a few thousand at a time.
protocol RowSource: AnyObject {
    /// The names of the columns as the input has them.
    var columns: [String] { get }
    /// For a progress bar: all bytes, and how many have been read.
    var bytesTotal: Int { get }
    var bytesRead: Int { get }
    /// Nil at the end.
    func next() throws -> SourceBlock?
}

/// Trouble with the input as a whole: nothing of it is loaded.
struct LoadError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
