import Formats
import Foundation
import Records

/// The refused rows of a load: where they stand, why, and their cells as they were, so that they can be corrected and
/// this very file loaded again.
final class ResultsFile {
    /// Columns of ours begin so, and a load passes over them.
    static let columnPrefix = "az__"
    static let ownColumns = ["az__Row", "az__Line", "az__Column", "az__Code", "az__Message"]

    let path: String
    /// Whether a row was refused, and so the file is there.
    private(set) var isWritten = false
    private let columns: [String]
    private var file: FileHandle?
    private var csv = CSVWriter(delimiter: .comma, lineEnding: .lf, quoting: .whenNeeded)

    /// - Parameter columns: those of the input.
    init(path: String, columns: [String]) {
        self.path = path
        self.columns = columns
    }

    /// Adds a row. The file is made with the first.
    func add(_ row: SourceRow, _ fault: RowFault) throws {
        if !isWritten { try begin() }
        for value in [
            .integer(Int64(row.number)), row.line.map { .integer(Int64($0)) } ?? .null,
            fault.column.map { .text($0) } ?? .null, .text(fault.code), .text(fault.message),
        ] as [Value] { csv.value(value) }
        // A row that was itself in a results file keeps its cells and gets new reasons.
        for (place, cell) in row.cells.enumerated() where place >= columns.count || isOfInput(place) { csv.value(cell) }
        csv.endRow()
        if csv.bytes.count > 65_536 { try flush() }
    }

    func finish() throws {
        try flush()
        try file?.close()
    }

    private func begin() throws {
        // Refused rows are personal data: for nobody's eyes but the caller's.
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let file = FileHandle(forWritingAtPath: path)
        else { throw LoadError("\(path): the results file cannot be written. Choose another with --results FILE.") }
        self.file = file
        isWritten = true
        for name in Self.ownColumns + columns.indices.filter(isOfInput).map({ columns[$0] }) { csv.text(name) }
        csv.endRow()
    }

    private func isOfInput(_ place: Int) -> Bool { !columns[place].hasPrefix(Self.columnPrefix) }

    private func flush() throws {
        try file?.write(contentsOf: csv.bytes)
        csv.bytes.removeAll(keepingCapacity: true)
    }
}
