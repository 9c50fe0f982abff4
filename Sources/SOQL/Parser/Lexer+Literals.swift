extension Lexer {
    /// Goes behind the closing quote.
    mutating func skipString() throws(SOQLError) {
        step()
        while !isAtEnd {
            let byte = byte
            step()
            if byte == UInt8(ascii: "'") { return }
            if byte == UInt8(ascii: "\\"), !isAtEnd { step() }
        }
        throw SOQLError(.syntax, "mismatched character '<EOF>' expecting '''", at: position, isSearch: isSearch)
    }

    /// Digits, a fraction, an exponent.
    mutating func skipNumber() {
        skipDigits()
        if byte == UInt8(ascii: "."), byte(after: 1).isDigit {
            step()
            skipDigits()
        }
        if byte | 0x20 == UInt8(ascii: "e") {
            let hasSign = byte(after: 1) == UInt8(ascii: "+") || byte(after: 1) == UInt8(ascii: "-")
            if byte(after: hasSign ? 2 : 1).isDigit {
                step()
                if hasSign { step() }
                skipDigits()
            }
        }
    }

    /// `2026-11-23`, `2026-11-23T09:30:00.000+09:00`, `09:30:00.000Z`, or else a number.
    mutating func skipNumberOrMoment() -> Token.Kind {
        let isDate = digits(4, from: 0) && byte(after: 4) == UInt8(ascii: "-")
        let isTime = digits(2, from: 0) && byte(after: 2) == UInt8(ascii: ":")
        guard isDate || isTime else {
            skipNumber()
            return .number
        }
        var hasZone = false
        var hasTime = isTime
        loop: while true {
            switch byte {
            case 0x30...0x39, UInt8(ascii: ":"), UInt8(ascii: "."): step()
            case UInt8(ascii: "-"), UInt8(ascii: "+"):
                hasZone = hasTime
                step()
            case UInt8(ascii: "T"), UInt8(ascii: "t"):
                hasTime = true
                step()
            case UInt8(ascii: "Z"), UInt8(ascii: "z"):
                hasZone = true
                step()
            default: break loop
            }
        }
        // A plus sign that a form-encoded URL turned into a space: `…T09:30:00.000 0900`.
        if isDate, hasTime, !hasZone, byte == 0x20, digits(2, from: 1) {
            let hasColon = byte(after: 3) == UInt8(ascii: ":")
            if digits(2, from: hasColon ? 4 : 3) {
                for _ in 0..<(hasColon ? 6 : 5) { step() }
            }
        }
        return .moment
    }

    private func digits(_ count: Int, from first: Int) -> Bool {
        for offset in first..<first + count where !byte(after: offset).isDigit { return false }
        return true
    }

    private mutating func skipDigits() {
        while byte.isDigit { step() }
    }

    /// The expression after a bind variable's colon, in the form of ``Bind/expression``.
    ///
    /// Takes what Apex writes there: names with dots, calls, indices, and `new Type<…>(…)`.
    mutating func bind() throws(SOQLError) -> Bind {
        var text: [UInt8] = []
        skipSpace()
        let start = place
        try appendName(to: &text)
        if bytes[start..<place].elementsEqual("new".utf8) {
            skipSpace()
            text.append(0x20)
            try appendName(to: &text)
        }
        while true {
            let here = self
            skipSpace()
            switch byte {
            case UInt8(ascii: "."):
                step()
                text.append(UInt8(ascii: "."))
            case UInt8(ascii: "?") where byte(after: 1) == UInt8(ascii: "."):
                step()
                step()
                text.append(contentsOf: "?.".utf8)
            case UInt8(ascii: "("), UInt8(ascii: "["):
                try appendBracketed(to: &text)
                continue
            case UInt8(ascii: "<") where text.starts(with: "new ".utf8) && text.last?.isNamePart == true:
                try appendBracketed(to: &text)
                continue
            default:
                self = here
                return Bind(String(decoding: text, as: UTF8.self))
            }
            skipSpace()
            try appendName(to: &text)
        }
    }

    private mutating func appendName(to text: inout [UInt8]) throws(SOQLError) {
        guard byte.isNameStart else { throw unexpectedCharacter() }
        let start = place
        skipName()
        text.append(contentsOf: bytes[start..<place])
    }

    /// From an opening bracket to its partner; white space stays only where it parts two words.
    private mutating func appendBracketed(to text: inout [UInt8]) throws(SOQLError) {
        var depth = 0
        repeat {
            skipSpace()
            guard !isAtEnd else { throw unexpectedCharacter() }
            let start = place
            switch byte {
            case UInt8(ascii: "'"): try skipString()
            case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "<"):
                depth += 1
                step()
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: ">"):
                depth -= 1
                step()
            case let byte where byte.isNamePart:
                if text.last?.isNamePart == true { text.append(0x20) }
                skipName()
            default: step()
            }
            text.append(contentsOf: bytes[start..<place])
        } while depth > 0
    }
}
