/// What stands between the cells of a row; the six that the platform's bulk interface knows.
public enum CSVDelimiter: UInt8, Sendable, CaseIterable {
    case comma = 0x2C
    case tab = 0x09
    case semicolon = 0x3B
    case pipe = 0x7C
    case caret = 0x5E
    case backquote = 0x60

    /// As the bulk interface spells it: `COMMA`.
    public var wireName: String {
        switch self {
        case .comma: "COMMA"
        case .tab: "TAB"
        case .semicolon: "SEMICOLON"
        case .pipe: "PIPE"
        case .caret: "CARET"
        case .backquote: "BACKQUOTE"
        }
    }

    /// Reads ``wireName`` in any case; nil for anything else.
    public init?(wireName: some StringProtocol) {
        let sought = wireName.uppercased()
        guard let found = Self.allCases.first(where: { $0.wireName == sought }) else { return nil }
        self = found
    }

    /// The delimiter that stands most often outside quotes in a header; the comma where none does.
    public static func detected(in header: some Sequence<UInt8>) -> CSVDelimiter {
        var counts = [Int](repeating: 0, count: 256)
        var isQuoted = false
        for byte in header {
            if byte == 0x22 { isQuoted.toggle() } else if !isQuoted { counts[Int(byte)] += 1 }
        }
        var best = CSVDelimiter.comma
        for candidate in allCases where counts[Int(candidate.rawValue)] > counts[Int(best.rawValue)] {
            best = candidate
        }
        return best
    }
}

/// What ends a row that is written. A reader takes either, and a lone CR, in any mixture.
public enum LineEnding: String, Sendable, CaseIterable {
    case lf = "LF"
    case crlf = "CRLF"
}

/// How much a reader takes before it calls a cell or a row too long.
public struct CSVLimits: Sendable {
    /// Characters (Unicode code points) in a cell: the platform's longest text.
    public var cellCharactersMax = 131_072
    /// Bytes in a row, line breaks in quoted cells included. A quote that is never closed costs no more memory.
    public var rowBytesMax = 4 << 20
    /// Columns in a row that are kept; more are counted, not kept.
    public var columnsMax = 4096

    public init() {}
}
