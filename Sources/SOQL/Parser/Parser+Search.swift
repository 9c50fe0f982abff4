extension Search {
    /// Reads a search.
    ///
    /// - Parameter text: up to ``SOQLError/Limits/characters`` characters, without comments.
    /// - Throws: where and why the text is no search of the dialect.
    public init(parsing text: String, dialect: Dialect) throws(SOQLError) {
        var parser = try Parser(text, dialect: dialect, isSearch: true)
        self = try parser.search()
        try parser.expectEnd()
    }
}

extension Parser {
    mutating func search() throws(SOQLError) -> Search {
        try expect("FIND")
        var search = Search(term: try term())
        if try skip("IN") {
            search.group = try keyword() as SearchGroup
            try expect("FIELDS")
        }
        if try skip("RETURNING") {
            search.returning = try list { parser throws(SOQLError) in try parser.returning() }
        }
        while at("WITH") || at("USING") { search.with.append(try searchWith()) }
        if try skip("LIMIT") { search.limit = try count() }
        search.updates = try updates()
        return search
    }

    private mutating func term() throws(SOQLError) -> SearchTerm {
        let position = position
        switch token.kind {
        case .leftBrace:
            let term = try lexer.bracedTerm()
            try advance()
            return .expression(term)
        case .string where dialect == .apex:
            return .expression(try SearchExpression(parsing: try string(), at: position))
        case .string:
            throw error("A search term stands in braces: FIND {term}", code: .dialect)
        case .colon:
            guard case .bind(let bind) = try bind().kind else { throw unexpected() }
            return .bind(bind, position)
        default: throw unexpected()
        }
    }

    private mutating func returning() throws(SOQLError) -> Returning {
        var returning = Returning(object: try name())
        guard try skip(.leftParenthesis) else { return returning }
        returning.fields = try list { parser throws(SOQLError) in try parser.fieldItem() }
        try listView(of: &returning)
        if try skip("WHERE") { returning.where = try condition() }
        try listView(of: &returning)
        returning.orderBy = try orderBy()
        if try skip("LIMIT") { returning.limit = try count() }
        if try skip("OFFSET") { returning.offset = try count() }
        try expect(.rightParenthesis)
        return returning
    }

    private mutating func listView(of returning: inout Returning) throws(SOQLError) {
        guard returning.listView == nil, try skip("USING") else { return }
        try expect("LISTVIEW")
        try expect(.equal)
        returning.listView = try name()
    }

    private mutating func searchWith() throws(SOQLError) -> SearchWith {
        if try skip("USING") {
            try expect("PHRASE")
            try expect("SEARCH")
            return .phraseSearch
        }
        try expect("WITH")
        if at("DATA") { return .dataCategories(try dataCategories()) }
        if try skip("HIGHLIGHT") { return .highlight }
        if try skip("SNIPPET") { return .snippet(length: try snippetLength()) }
        if try skip("DIVISION") { return .division(try setting()) }
        if try skip("PRICEBOOKID") { return .pricebook(try setting()) }
        if try skip("METADATA") { return .metadata(try setting()) }
        if try skip("SPELL_CORRECTION") { return .spellCorrection(try setting()) }
        if try skip("NETWORK") {
            if at(.equal) { return .network([try setting()]) }
            try expect("IN")
            return .network(try parenthesized { parser throws(SOQLError) in try parser.literal() })
        }
        switch try accessMode() {
        case .securityEnforced: return .securityEnforced
        case .userMode: return .userMode
        case .systemMode: return .systemMode
        }
    }

    private mutating func setting() throws(SOQLError) -> Literal {
        try expect(.equal)
        return try literal()
    }

    private mutating func snippetLength() throws(SOQLError) -> Literal? {
        guard try skip(.leftParenthesis) else { return nil }
        try expect("TARGET_LENGTH")
        try expect(.equal)
        let length = try count()
        try expect(.rightParenthesis)
        return length
    }
}
