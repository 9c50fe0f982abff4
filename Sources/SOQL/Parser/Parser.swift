/// Reads SOQL and SOSL by recursive descent, with one token in hand.
///
/// Keywords are not reserved: a word is what its place makes of it, so that `Group.Name` and `Format` stay fields.
struct Parser {
    var lexer: Lexer
    /// The token in hand, not yet taken.
    private(set) var token: Token
    let dialect: Dialect
    private var depth = 0

    init(_ text: String, dialect: Dialect, isSearch: Bool) throws(SOQLError) {
        let bytes = Array(text.utf8)
        self.dialect = dialect
        if bytes.count > SOQLError.Limits.characters {
            let count = bytes.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
            guard count <= SOQLError.Limits.characters else {
                let kind = isSearch ? "SOSL" : "SOQL"
                throw SOQLError(
                    .tooLong,
                    "\(kind) statements cannot be longer than \(SOQLError.Limits.characters) characters.",
                    at: .start,
                    isSearch: isSearch
                )
            }
        }
        lexer = Lexer(bytes, isSearch: isSearch)
        token = try lexer.next()
    }

    var position: Position { token.position }

    mutating func advance() throws(SOQLError) {
        token = try lexer.next()
    }

    /// The token behind the one in hand.
    func peek() throws(SOQLError) -> Token {
        var ahead = lexer
        return try ahead.next()
    }

    /// Reads something that contains more of its kind, no deeper than ``SOQLError/Limits/depth``.
    mutating func nested<Node>(
        _ read: (inout Parser) throws(SOQLError) -> Node
    ) throws(SOQLError) -> Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= SOQLError.Limits.depth else {
            throw SOQLError(
                .tooDeep,
                "The query is nested more than \(SOQLError.Limits.depth) levels deep.",
                at: position,
                isSearch: lexer.isSearch
            )
        }
        return try read(&self)
    }
}

// What the token in hand is.
extension Parser {
    @inline(__always)
    func at(_ kind: Token.Kind) -> Bool { token.kind == kind }

    /// Whether the token in hand is this word, given in capitals.
    func at(_ keyword: StaticString) -> Bool { matches(token, keyword) }

    func matches(_ token: Token, _ keyword: StaticString) -> Bool {
        let count = keyword.utf8CodeUnitCount
        guard token.kind == .name, token.end - token.start == count else { return false }
        let word = keyword.utf8Start
        for offset in 0..<count {
            let byte = lexer.bytes[token.start + offset]
            // Only letters have a case; clearing the bit would turn other bytes into each other.
            guard (byte.isLetter ? byte & 0xDF : byte) == word[offset] else { return false }
        }
        return true
    }

    func matches(_ token: Token, anyOf keywords: [StaticString]) -> Bool {
        guard token.kind == .name else { return false }
        for keyword in keywords where matches(token, keyword) { return true }
        return false
    }

    func text(_ token: Token) -> String { String(decoding: lexer.bytes[token.start..<token.end], as: UTF8.self) }

    /// The token's letters in capitals.
    func capitals(_ token: Token) -> String { text(token).uppercased() }
}

// Taking tokens.
extension Parser {
    /// Takes the token in hand when it is this word.
    mutating func skip(_ keyword: StaticString) throws(SOQLError) -> Bool {
        guard at(keyword) else { return false }
        try advance()
        return true
    }

    mutating func skip(_ kind: Token.Kind) throws(SOQLError) -> Bool {
        guard at(kind) else { return false }
        try advance()
        return true
    }

    mutating func expect(_ keyword: StaticString) throws(SOQLError) {
        guard try skip(keyword) else { throw unexpected() }
    }

    mutating func expect(_ kind: Token.Kind) throws(SOQLError) {
        guard try skip(kind) else {
            if kind == .rightParenthesis { throw error("expecting a right parentheses, found '\(shown)'") }
            throw unexpected()
        }
    }

    mutating func expectEnd() throws(SOQLError) {
        guard at(.end) else { throw unexpected() }
    }

    mutating func name() throws(SOQLError) -> Name {
        guard at(.name) else { throw unexpected() }
        let name = Name(text(token), at: position)
        try advance()
        return name
    }

    mutating func path() throws(SOQLError) -> Path {
        guard at(.name) else { throw unexpected() }
        let position = position
        var names = [text(token)]
        try advance()
        while at(.dot) {
            try advance()
            guard at(.name) else { throw unexpected() }
            names.append(text(token))
            try advance()
        }
        return Path(names, at: position)
    }

    /// One or more, with commas between.
    mutating func list<Node>(
        _ read: (inout Parser) throws(SOQLError) -> Node
    ) throws(SOQLError) -> [Node] {
        var nodes = [try read(&self)]
        while try skip(.comma) { nodes.append(try read(&self)) }
        return nodes
    }

    /// One or more in parentheses, with commas between.
    mutating func parenthesized<Node>(
        _ read: (inout Parser) throws(SOQLError) -> Node
    ) throws(SOQLError) -> [Node] {
        try expect(.leftParenthesis)
        let nodes = try list(read)
        try expect(.rightParenthesis)
        return nodes
    }
}

// Errors about the token in hand.
extension Parser {
    /// The token as an error names it, cut to what a message can bear.
    private var shown: String {
        guard !at(.end) else { return "<EOF>" }
        let text = text(token)
        return text.count > 40 ? text.prefix(40) + "…" : text
    }

    func error(_ message: String, code: SOQLError.Code = .syntax, at position: Position? = nil) -> SOQLError {
        SOQLError(code, message, at: position ?? self.position, isSearch: lexer.isSearch)
    }

    func unexpected() -> SOQLError { error("unexpected token: '\(shown)'") }
}
