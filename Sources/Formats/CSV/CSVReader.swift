/// Reads CSV (RFC 4180) from chunks of bytes: feed, take rows until it wants more, feed again.
///
/// It does no input or output and keeps at most one row and one chunk in memory. The first row is the header; blank
/// lines are passed over. Rows that cannot be taken come out like the others, with a ``fault``; only an unusable
/// header is thrown.
///
/// ```swift
/// while true {
///     switch try reader.next() {
///     case .row: use(reader.values())
///     case .needsInput: try file.read().map { reader.feed($0) } ?? reader.finish()
///     case .end: return
///     }
/// }
/// ```
public struct CSVReader: Sendable {
    public enum Step: Sendable {
        /// A row stands ready in the reader, until the next call of ``CSVReader/next()``.
        case row
        /// Call ``CSVReader/feed(_:)`` or ``CSVReader/finish()``.
        case needsInput
        /// All rows have been given.
        case end
    }

    /// The names in the first row, without white space around them; empty until that row was read, and for empty input.
    public private(set) var header: [String] = []
    /// The delimiter as given or detected; nil until it is known.
    public private(set) var delimiter: CSVDelimiter?
    /// The row's number among the data rows, from 1.
    public private(set) var rowNumber = 0
    /// The physical line on which the row begins, from 1.
    public private(set) var line = 1
    /// How many cells the row has, more than are kept included.
    public private(set) var columnCount = 0
    /// Why the row cannot be taken; nil when it can.
    public private(set) var fault: CSVFault?

    var buffer: [UInt8] = []
    var cells: [Cell] = []

    private let limits: CSVLimits
    private var isFinished = false
    private var hasBegun = false
    /// Where the row that is being read begins; bytes before it are no longer needed.
    private var rowStart = 0
    private var scan = Scan()
    private var nextLine = 1

    /// A cell's bytes in the buffer, without quotes around them.
    struct Cell {
        var start: Int
        var end: Int
        var hasDoubledQuotes: Bool
    }

    /// Bytes that are held in memory: those of the row that is being read, and what was fed and not yet taken.
    public var bufferedBytes: Int { buffer.count }

    /// - Parameter delimiter: nil detects it from the first line.
    public init(delimiter: CSVDelimiter? = nil, limits: CSVLimits = CSVLimits()) {
        self.delimiter = delimiter
        self.limits = limits
    }

    /// Adds bytes to read. Take all rows before feeding again, or they gather in memory.
    public mutating func feed(_ bytes: some Collection<UInt8>) {
        precondition(!isFinished, "the input was said to be finished")
        if rowStart > 0 {
            buffer.removeSubrange(0..<rowStart)
            scan.place -= rowStart
            scan.cellStart -= rowStart
            for index in cells.indices {
                cells[index].start -= rowStart
                cells[index].end -= rowStart
            }
            rowStart = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// Says that nothing more will be fed.
    public mutating func finish() { isFinished = true }

    /// Goes to the next row.
    ///
    /// - Throws: ``FormatError`` when the header is not one: a broken quote or encoding, a NUL, too many columns.
    public mutating func next() throws(FormatError) -> Step {
        guard try readHeader() else { return isFinished ? .end : .needsInput }
        repeat {
            guard takeRow() else { return isFinished ? .end : .needsInput }
        } while isBlank
        rowNumber += 1
        settle()
        return .row
    }

    /// Reads on to ``header`` and no further. False when more input is needed for it, or there was none at all.
    ///
    /// - Throws: ``FormatError`` as ``next()`` does.
    public mutating func readHeader() throws(FormatError) -> Bool {
        if !header.isEmpty { return true }
        guard begin() else { return false }
        repeat {
            guard takeRow() else { return false }
        } while isBlank
        try takeHeader()
        return true
    }

    /// Whether the first bytes suffice to pass over a byte order mark and to know the delimiter.
    private mutating func begin() -> Bool {
        if hasBegun { return true }
        guard isFinished || buffer.count >= 3 else { return false }
        let hasMark = buffer.starts(with: [0xEF, 0xBB, 0xBF])
        if delimiter == nil {
            let text = buffer.dropFirst(hasMark ? 3 : 0)
            let isEnough = isFinished || text.count > 65_536 || text.contains(0x0A) || text.contains(0x0D)
            guard isEnough else { return false }
            delimiter = CSVDelimiter.detected(in: text.prefix(65_536).prefix { $0 != 0x0A && $0 != 0x0D })
        }
        rowStart = hasMark ? 3 : 0
        scan.place = rowStart
        hasBegun = true
        return true
    }

    /// Reads on to the end of a row. False when the input ends or pauses before it.
    private mutating func takeRow() -> Bool {
        if scan.state == .rowStart {
            cells.removeAll(keepingCapacity: true)
            columnCount = 0
            line = nextLine
            rowStart = scan.place
        }
        let isWhole = scan.run(
            buffer, delimiter: delimiter?.rawValue ?? 0x2C, columnsMax: limits.columnsMax, cells: &cells,
            columnCount: &columnCount, line: &nextLine)
        if scan.place - rowStart > limits.rowBytesMax { scan.isOverlong = true }
        if isWhole { return true }
        if isFinished { return scan.endInput(&cells, columnsMax: limits.columnsMax, columnCount: &columnCount) }
        if scan.isOverlong {
            // Nothing of the row is kept any more, however long its quote stays open.
            cells.removeAll(keepingCapacity: true)
            rowStart = scan.place
        }
        return false
    }

    private var isBlank: Bool {
        columnCount == 1 && !scan.isOverlong && !scan.sawQuote && cells.first.map { $0.start == $0.end } == true
    }

    private mutating func takeHeader() throws(FormatError) {
        settle()
        if let fault {
            throw FormatError(.malformed, "the header cannot be read: \(fault.message)", line: line)
        }
        guard columnCount <= limits.columnsMax else {
            throw FormatError(
                .tooLarge, "the header has \(columnCount) columns, more than \(limits.columnsMax)", line: line)
        }
        header = cells.indices.map { index in
            let name = string(index)
            let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\u{3000}" }
            return String(name.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
        }
    }

    /// Finds the row's fault, and makes single quotes of the doubled.
    private mutating func settle() {
        fault = nil
        defer { scan.clearMarks() }
        if let column = scan.openQuoteColumn {
            fault = .quoteNotClosed(column: column, line: scan.quoteLine)
        } else if scan.isOverlong {
            fault = .rowTooLong(bytesMax: limits.rowBytesMax)
        } else if let column = scan.textAfterQuoteColumn {
            fault = .textAfterQuote(column: column)
        } else if !header.isEmpty, columnCount != header.count {
            fault = .columnCount(found: columnCount, expected: header.count)
        }
        if scan.isOverlong { cells.removeAll(keepingCapacity: true) }
        if scan.sawDoubledQuote { mendQuotes() }
        if fault == nil, scan.sawNUL || scan.highBits >= 0x80 || scan.place - rowStart > limits.cellCharactersMax {
            fault = buffer.withUnsafeBufferPointer { bytes in
                // Nearly always the row is in order, and one look at all of it tells.
                let row = UnsafeBufferPointer(rebasing: bytes[rowStart..<scan.place])
                if !scan.sawNUL, row.count <= limits.cellCharactersMax, UTF8Check.firstInvalid(in: row) == nil {
                    return nil
                }
                return Self.textFault(in: cells, of: bytes, charactersMax: limits.cellCharactersMax)
            }
        }
    }

    private mutating func mendQuotes() {
        for index in cells.indices where cells[index].hasDoubledQuotes {
            var target = cells[index].start
            var source = target
            while source < cells[index].end {
                let byte = buffer[source]
                buffer[target] = byte
                source += byte == 0x22 && source + 1 < cells[index].end && buffer[source + 1] == 0x22 ? 2 : 1
                target += 1
            }
            cells[index].end = target
            cells[index].hasDoubledQuotes = false
        }
    }

    private static func textFault(
        in cells: [Cell], of bytes: UnsafeBufferPointer<UInt8>, charactersMax: Int
    ) -> CSVFault? {
        for (column, cell) in cells.enumerated() {
            let text = UnsafeBufferPointer(rebasing: bytes[cell.start..<cell.end])
            if text.contains(0) { return .nul(column: column) }
            if UTF8Check.firstInvalid(in: text) != nil { return .notUTF8(column: column) }
            if text.count > charactersMax, UTF8Check.characters(in: text) > charactersMax {
                return .cellTooLong(column: column, charactersMax: charactersMax)
            }
        }
        return nil
    }
}
