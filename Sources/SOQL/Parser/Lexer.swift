/// Cuts a text into tokens, one at a time, on its UTF-8 bytes.
struct Lexer {
    let bytes: [UInt8]
    let isSearch: Bool
    /// The next byte to be read.
    private(set) var place = 0
    private var line = 1
    /// Where the line begins, moved on by every byte that is not a character of its own, so that
    /// `place - lineStart + 1` is a column in Unicode scalars.
    private var lineStart = 0

    init(_ bytes: [UInt8], isSearch: Bool) {
        self.bytes = bytes
        self.isSearch = isSearch
    }

    /// Where the next byte stands.
    var position: Position { Position(line: line, column: place - lineStart + 1) }

    /// The next byte, or zero at the end; a zero byte in the text is refused as a character.
    var byte: UInt8 { place < bytes.count ? bytes[place] : 0 }

    func byte(after count: Int) -> UInt8 { place + count < bytes.count ? bytes[place + count] : 0 }

    var isAtEnd: Bool { place >= bytes.count }

    /// Goes over one byte, counting lines and characters.
    @inline(__always)
    mutating func step() {
        let byte = bytes[place]
        place += 1
        if byte == UInt8(ascii: "\n") {
            line += 1
            lineStart = place
        } else if byte & 0xC0 == 0x80 {
            lineStart += 1
        }
    }

    mutating func skipSpace() {
        while place < bytes.count {
            switch bytes[place] {
            case 0x20, 0x09, 0x0A, 0x0D, 0x0C: step()
            default: return
            }
        }
    }

    /// The next token; at the end of the text ``Token/Kind/end``, again and again.
    mutating func next() throws(SOQLError) -> Token {
        skipSpace()
        let position = position
        let start = place
        guard place < bytes.count else { return Token(kind: .end, start: start, end: start, position: position) }
        let kind: Token.Kind
        let byte = bytes[place]
        if byte.isNameStart {
            kind = .name
            skipName()
        } else if byte.isDigit {
            kind = skipNumberOrMoment()
        } else {
            kind = try sign(byte)
        }
        return Token(kind: kind, start: start, end: place, position: position)
    }

    mutating func skipName() {
        while place < bytes.count, bytes[place].isNamePart { place += 1 }
    }

    private mutating func sign(_ byte: UInt8) throws(SOQLError) -> Token.Kind {
        switch byte {
        case UInt8(ascii: "'"):
            try skipString()
            return .string
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            guard self.byte(after: 1).isDigit || (self.byte(after: 1) == 0x2E && self.byte(after: 2).isDigit) else {
                break
            }
            place += 1
            skipNumber()
            return .number
        case UInt8(ascii: "."):
            guard !self.byte(after: 1).isDigit else {
                skipNumber()
                return .number
            }
            return taking(.dot)
        case UInt8(ascii: ","): return taking(.comma)
        case UInt8(ascii: ":"): return taking(.colon)
        case UInt8(ascii: "("): return taking(.leftParenthesis)
        case UInt8(ascii: ")"): return taking(.rightParenthesis)
        case UInt8(ascii: "{"): return taking(.leftBrace)
        case UInt8(ascii: "="): return taking(.equal)
        case UInt8(ascii: "!"):
            if self.byte(after: 1) == UInt8(ascii: "=") { return taking(.notEqual, 2) }
        case UInt8(ascii: "<"):
            switch self.byte(after: 1) {
            case UInt8(ascii: "="): return taking(.lessOrEqual, 2)
            case UInt8(ascii: ">"): return taking(.notEqual, 2)
            default: return taking(.less)
            }
        case UInt8(ascii: ">"):
            return self.byte(after: 1) == UInt8(ascii: "=") ? taking(.greaterOrEqual, 2) : taking(.greater)
        default: break
        }
        throw unexpectedCharacter()
    }

    private mutating func taking(_ kind: Token.Kind, _ count: Int = 1) -> Token.Kind {
        place += count
        return kind
    }

    /// An error about the character at the current place.
    func unexpectedCharacter() -> SOQLError {
        guard place < bytes.count else {
            return SOQLError(.syntax, "unexpected token: '<EOF>'", at: position, isSearch: isSearch)
        }
        let shown = String(decoding: bytes[place..<min(place + 4, bytes.count)], as: UTF8.self).prefix(1)
        return SOQLError(.syntax, "unexpected token: '\(shown)'", at: position, isSearch: isSearch)
    }
}

extension UInt8 {
    var isDigit: Bool { self &- 0x30 < 10 }
    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    var isNameStart: Bool { isLetter || self == 0x5F }
    var isNamePart: Bool { isLetter || self == 0x5F || isDigit }
    var isSpace: Bool { self == 0x20 || (self >= 0x09 && self <= 0x0D && self != 0x0B) }
}
