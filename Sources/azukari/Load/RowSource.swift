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

/// Rows to load, in their order, a few thousand at a time.
protocol RowSource: AnyObject {
    /// The names of the columns as the input has them.
    var columns: [String] { get }
    /// For a progress bar: all bytes, and how many have been read.
    var bytesTotal: Int { get }
    var bytesRead: Int { get }
    /// Nil at the end.
    func next() throws -> [SourceRow]?
}

/// Trouble with the input as a whole: nothing of it is loaded.
struct LoadError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
