internal import Records

extension Parser {
    mutating func literal() throws(SOQLError) -> Literal {
        let position = position
        let kind: Literal.Kind
        switch token.kind {
        case .string: kind = .string(try decoded(isPattern: false))
        case .number: kind = try number()
        case .moment: kind = try moment()
        case .name: kind = try word()
        case .colon: return try bind()
        default: throw unexpected()
        }
        try advance()
        return Literal(kind, at: position)
    }

    /// The operand of `LIKE`: text or a bind variable.
    mutating func pattern() throws(SOQLError) -> Literal {
        if at(.colon) { return try bind() }
        guard at(.string) else { throw unexpected() }
        let literal = Literal(.string(try decoded(isPattern: true)), at: position)
        try advance()
        return literal
    }

    mutating func string() throws(SOQLError) -> String {
        guard at(.string) else { throw unexpected() }
        let text = try decoded(isPattern: false)
        try advance()
        return text
    }

    mutating func bind() throws(SOQLError) -> Literal {
        let position = position
        guard dialect == .apex else {
            throw error("Bind variables only allowed in Apex code", code: .dialect)
        }
        let bind = try lexer.bind()
        try advance()
        return Literal(.bind(bind), at: position)
    }

    private func decoded(isPattern: Bool) throws(SOQLError) -> String {
        let raw = lexer.bytes[token.start + 1..<token.end - 1]
        switch StringEscapes.decode(raw, isPattern: isPattern) {
        case .success(let text): return text
        case .failure(let escape):
            let shown = String(decoding: lexer.bytes[escape.place..<min(escape.place + 5, token.end)], as: UTF8.self)
            // A literal may go over lines.
            var (line, column) = (position.line, position.column)
            for byte in lexer.bytes[token.start..<escape.place] {
                if byte == UInt8(ascii: "\n") {
                    (line, column) = (line + 1, 1)
                } else if byte & 0xC0 != 0x80 {
                    column += 1
                }
            }
            throw error(
                "Illegal string literal: '\(shown.prefix(2))' is not an escape that exists",
                at: Position(line: line, column: column)
            )
        }
    }

    private func number() throws(SOQLError) -> Literal.Kind {
        let text = text(token)
        if let integer = Int64(text) { return .integer(integer) }
        guard let double = Double(text), double.isFinite else { throw unexpected() }
        return .double(double)
    }

    private func moment() throws(SOQLError) -> Literal.Kind {
        let text = text(token)
        if let day = Day(text) { return .date(day) }
        if let instant = Instant(text) { return .datetime(instant) }
        if let time = TimeOfDay(text) { return .time(time) }
        throw unexpected()
    }

    /// A literal that is a word: `TRUE`, `NULL`, `TODAY`, `LAST_N_DAYS:7`, `USD5000`.
    private mutating func word() throws(SOQLError) -> Literal.Kind {
        if at("NULL") { return .null }
        if at("TRUE") { return .boolean(true) }
        if at("FALSE") { return .boolean(false) }
        if let currency = currency() { return currency }
        guard let named = DateLiteral.named[capitals(token)] else { throw unexpected() }
        guard named.count != nil else { return .relative(named) }
        try advance()
        try expect(.colon)
        // More than this many days would leave the calendar.
        guard at(.number), let count = Int(text(token)), (0...999_999).contains(count) else { throw unexpected() }
        return .relative(named.counting(count))
    }

    /// Three letters with digits right behind. The fraction is a token of its own, which is taken along.
    private mutating func currency() -> Literal.Kind? {
        let bytes = lexer.bytes
        let digits = token.start + 3
        guard token.end > digits, bytes[token.start..<digits].allSatisfy(\.isLetter),
            bytes[digits..<token.end].allSatisfy(\.isDigit)
        else { return nil }
        let before = lexer
        if lexer.byte == UInt8(ascii: "."), lexer.byte(after: 1).isDigit { lexer.skipNumber() }
        guard let amount = Double(String(decoding: bytes[digits..<lexer.place], as: UTF8.self)), amount.isFinite else {
            lexer = before
            return nil
        }
        return .currency(String(decoding: bytes[token.start..<digits], as: UTF8.self).uppercased(), amount)
    }
}
