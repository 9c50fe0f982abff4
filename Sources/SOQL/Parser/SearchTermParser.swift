extension SearchExpression {
    /// Reads what a bind variable holds in place of `{term}`.
    public init(parsing term: String) throws(SOQLError) {
        self = try SearchExpression(parsing: term, at: .start)
    }

    /// Positions are those of the term's first character where the term was quoted, for its escapes are gone.
    init(parsing term: String, at position: Position) throws(SOQLError) {
        var parser = SearchTermParser(Lexer(Array(term.utf8), isSearch: true), fixed: position, end: nil)
        self = try parser.term()
    }
}

extension Lexer {
    /// The term behind an opening brace; goes behind the closing one.
    mutating func bracedTerm() throws(SOQLError) -> SearchExpression {
        var parser = SearchTermParser(self, fixed: nil, end: UInt8(ascii: "}"))
        let term = try parser.term()
        self = parser.lexer
        step()
        return term
    }
}

/// Reads the language inside the braces of `FIND {…}`.
struct SearchTermParser {
    private(set) var lexer: Lexer
    private let fixed: Position?
    /// The byte that ends the term; nil where the text does.
    private let end: UInt8?
    private var depth = 0
    private var letters = 0

    init(_ lexer: Lexer, fixed: Position?, end: UInt8?) {
        self.lexer = lexer
        self.fixed = fixed
        self.end = end
    }

    private var position: Position { fixed ?? lexer.position }

    private var isAtEnd: Bool { lexer.isAtEnd || lexer.byte == end }

    /// Also over the wide space between Japanese words.
    private mutating func skipSpace() {
        lexer.skipSpace()
        while isAtWideSpace {
            for _ in 0..<3 { lexer.step() }
            lexer.skipSpace()
        }
    }

    private var isAtWideSpace: Bool { isWideSpace(after: 0) }

    private func isWideSpace(after count: Int) -> Bool {
        lexer.byte(after: count) == 0xE3 && lexer.byte(after: count + 1) == 0x80
            && lexer.byte(after: count + 2) == 0x80
    }

    private func error(_ message: String, code: SOQLError.Code = .syntax) -> SOQLError {
        SOQLError(code, message, at: position, isSearch: true)
    }

    private func unexpected() -> SOQLError { error(lexer.unexpectedCharacter().message) }

    mutating func term() throws(SOQLError) -> SearchExpression {
        let start = position
        let expression = try any()
        guard isAtEnd else { throw unexpected() }
        guard end == nil || lexer.byte == end else { throw error("mismatched character '<EOF>' expecting '}'") }
        guard letters > 1 else {
            throw SOQLError(.syntax, "search term must be longer than one character", at: start, isSearch: true)
        }
        return expression
    }

    private mutating func any() throws(SOQLError) -> SearchExpression {
        var list = [try all()]
        while skip("OR") { list.append(try all()) }
        return list.count == 1 ? list[0] : .any(list)
    }

    /// Items joined with `AND`, `AND NOT`, or nothing.
    private mutating func all() throws(SOQLError) -> SearchExpression {
        var list = [try item()]
        while true {
            if skip("AND") {
                list.append(skip("NOT") ? .not(try item()) : try item())
            } else {
                skipSpace()
                if isAtEnd || lexer.byte == UInt8(ascii: ")") || at("OR") { break }
                list.append(try item())
            }
        }
        return list.count == 1 ? list[0] : .all(list)
    }

    private mutating func item() throws(SOQLError) -> SearchExpression {
        skipSpace()
        guard !isAtEnd else { throw unexpected() }
        switch lexer.byte {
        case UInt8(ascii: "("):
            depth += 1
            defer { depth -= 1 }
            guard depth <= SOQLError.Limits.depth else {
                throw error(
                    "The search term is nested more than \(SOQLError.Limits.depth) levels deep.",
                    code: .tooDeep
                )
            }
            lexer.step()
            let inner = try any()
            skipSpace()
            guard lexer.byte == UInt8(ascii: ")") else { throw error("expecting a right parentheses") }
            lexer.step()
            return inner
        case UInt8(ascii: "\""): return .phrase(try phrase())
        default:
            if let joint = (["AND", "OR", "NOT"] as [StaticString]).first(where: at) {
                throw error("unexpected token: '\(joint)'")
            }
            return .word(try word())
        }
    }

    private mutating func phrase() throws(SOQLError) -> [SearchWord] {
        let opening = self
        lexer.step()
        var words: [SearchWord] = []
        while true {
            skipSpace()
            guard !isAtEnd else { throw opening.error("mismatched character '<EOF>' expecting '\"'") }
            if lexer.byte == UInt8(ascii: "\"") { break }
            words.append(try word())
        }
        lexer.step()
        guard !words.isEmpty else { throw opening.unexpected() }
        return words
    }

    private mutating func word() throws(SOQLError) -> SearchWord {
        let position = position
        var parts: [SearchWord.Part] = []
        var text: [UInt8] = []
        func flush() {
            guard !text.isEmpty else { return }
            parts.append(.text(String(decoding: text, as: UTF8.self)))
            text.removeAll()
        }
        loop: while !isAtEnd {
            let byte = lexer.byte
            switch byte {
            case _ where byte.isSpace || isAtWideSpace: break loop
            case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "\""): break loop
            case UInt8(ascii: "*"), UInt8(ascii: "?"):
                flush()
                parts.append(byte == UInt8(ascii: "*") ? .anyRun : .anyOne)
            case _ where Self.mustBeEscaped(byte): throw reserved()
            case UInt8(ascii: "\\"):
                lexer.step()
                // The escaped character may have several bytes; those behind the first are ordinary ones.
                guard !lexer.isAtEnd else { throw unexpected() }
                fallthrough
            default:
                text.append(lexer.byte)
                if lexer.byte & 0xC0 != 0x80 { letters += 1 }
            }
            lexer.step()
        }
        flush()
        guard !parts.isEmpty else { throw unexpected() }
        return SearchWord(parts, at: position)
    }

    /// Reserved characters without a meaning of their own, and control characters. The platform's list has the
    /// apostrophe and the hyphen, too, but O'Brien and 03-1234-5678 are searched for as they are written.
    private static func mustBeEscaped(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "!"), UInt8(ascii: "{"), UInt8(ascii: "}"),
            UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "^"), UInt8(ascii: "~"), UInt8(ascii: ":"),
            UInt8(ascii: "+"), 0x00..<0x20, 0x7F:
            true
        default: false
        }
    }

    private func reserved() -> SOQLError {
        let character = Unicode.Scalar(lexer.byte)
        guard lexer.byte >= 0x20, lexer.byte < 0x7F else { return unexpected() }
        return error("unexpected token: '\(character)'; write \\\(character) to search for it")
    }

    /// Whether the next word is this operator, given in capitals.
    private func at(_ joint: StaticString) -> Bool {
        let count = joint.utf8CodeUnitCount
        for offset in 0..<count where lexer.byte(after: offset) & 0xDF != joint.utf8Start[offset] { return false }
        let behind = lexer.byte(after: count)
        return behind == 0 || behind.isSpace || behind == end || isWideSpace(after: count)
            || behind == UInt8(ascii: "(") || behind == UInt8(ascii: ")") || behind == UInt8(ascii: "\"")
    }

    private mutating func skip(_ joint: StaticString) -> Bool {
        skipSpace()
        guard at(joint) else { return false }
        for _ in 0..<joint.utf8CodeUnitCount { lexer.step() }
        return true
    }
}
