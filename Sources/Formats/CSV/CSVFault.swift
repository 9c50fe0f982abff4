/// Why a row cannot be taken. The reader goes on with the next row.
public enum CSVFault: Hashable, Sendable {
    /// The row has another number of cells than the header.
    case columnCount(found: Int, expected: Int)
    /// A cell holds a NUL. Columns count from 0.
    case nul(column: Int)
    /// A cell is not valid UTF-8.
    case notUTF8(column: Int)
    /// A quote was opened on this line and the input ended inside it. What follows that quote is not taken as rows: it
    /// could be the text of a customer that looks like rows.
    case quoteNotClosed(column: Int, line: Int)
    /// Something other than a delimiter or the row's end follows a closing quote.
    case textAfterQuote(column: Int)
    case cellTooLong(column: Int, charactersMax: Int)
    case rowTooLong(bytesMax: Int)

    /// The column concerned, from 0; nil when it is the whole row.
    public var column: Int? {
        switch self {
        case .columnCount, .rowTooLong: nil
        case .nul(let column), .notUTF8(let column), .quoteNotClosed(let column, _), .textAfterQuote(let column),
            .cellTooLong(let column, _):
            column
        }
    }

    /// For the person who corrects the file.
    public var message: String {
        switch self {
        case .columnCount(let found, let expected): "\(found) of \(expected) columns"
        case .nul: "NUL: a text cannot hold the character U+0000"
        case .notUTF8: "not UTF-8"
        case .quoteNotClosed(_, let line): "quote not closed: opened on line \(line), the input ended inside it"
        case .textAfterQuote:
            "text after a closing quote: double the quotes inside a quoted cell, and put nothing after the last one"
        case .cellTooLong(_, let charactersMax): "cell longer than \(charactersMax) characters"
        case .rowTooLong(let bytesMax):
            "row longer than \(bytesMax) bytes; look for a quote that was opened and not closed"
        }
    }
}
