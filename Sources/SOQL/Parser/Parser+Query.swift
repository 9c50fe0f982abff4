extension Query {
    /// Reads a query.
    ///
    /// - Parameter text: up to ``SOQLError/Limits/characters`` characters, without comments.
    /// - Throws: where and why the text is no query of the dialect.
    public init(parsing text: String, dialect: Dialect) throws(SOQLError) {
        var parser = try Parser(text, dialect: dialect, isSearch: false)
        self = try parser.query()
        try parser.expectEnd()
    }
}

extension Parser {
    mutating func query() throws(SOQLError) -> Query {
        let position = position
        try expect("SELECT")
        let select = try selectList()
        try expect("FROM")
        var query = Query(select: select, from: try from(), position: position)
        if try skip("USING") { query.using = try using() }
        if try skip("WHERE") { query.where = try condition() }
        if try skip("WITH") { query.with = try with() }
        if try skip("GROUP") {
            try expect("BY")
            query.groupBy = try grouping()
        }
        if try skip("HAVING") { query.having = try condition() }
        query.orderBy = try orderBy()
        if try skip("LIMIT") { query.limit = try count() }
        if try skip("OFFSET") { query.offset = try count() }
        if try skip("BIND") { query.bindings = try list { parser throws(SOQLError) in try parser.binding() } }
        while try skip("FOR") { query.purposes.append(try keyword()) }
        query.updates = try updates()
        if at("ALL") { query.isAllRows = try allRows() }
        return query
    }

    private mutating func from() throws(SOQLError) -> From {
        let source = try path()
        let alias = try fromAlias()
        guard at(.comma) else { return From(source, alias: alias) }
        try advance()
        let relations = try list { parser throws(SOQLError) in
            From.Relation(path: try parser.path(), alias: try parser.fromAlias())
        }
        return From(source, alias: alias, relations: relations)
    }

    private mutating func fromAlias() throws(SOQLError) -> Name? {
        if try skip("AS") {
            guard at(.name), !isReserved(Self.notAliases) else { throw unexpected() }
            return try name()
        }
        guard at(.name), !isReserved(Self.notAliases), !isReserved(Self.clauses) else { return nil }
        return try name()
    }

    private mutating func using() throws(SOQLError) -> Using {
        if try skip("LOOKUP") { return .lookup(try path()) }
        try expect("SCOPE")
        return .scope(try name())
    }

    private mutating func binding() throws(SOQLError) -> LookupBinding {
        let field = try path()
        try expect(.equal)
        return LookupBinding(field: field, value: try literal())
    }

    private mutating func grouping() throws(SOQLError) -> Grouping {
        let isCall = try peek().kind == .leftParenthesis
        if isCall, try skip("ROLLUP") { return .rollup(try parenthesized(Self.groupable)) }
        if isCall, try skip("CUBE") { return .cube(try parenthesized(Self.groupable)) }
        return .plain(try list(Self.groupable))
    }

    private static func groupable(_ parser: inout Parser) throws(SOQLError) -> Expression {
        let here = parser
        let expression = try parser.expression()
        guard case .aggregate = expression else { return expression }
        throw here.unexpected()
    }

    private mutating func allRows() throws(SOQLError) -> Bool {
        let position = position
        try advance()
        try expect("ROWS")
        guard dialect == .apex else {
            throw error("ALL ROWS not allowed in this context", code: .dialect, at: position)
        }
        return true
    }

    mutating func updates() throws(SOQLError) -> [ArticleUpdate] {
        guard try skip("UPDATE") else { return [] }
        return try list { parser throws(SOQLError) in try parser.keyword() }
    }

    mutating func orderBy() throws(SOQLError) -> [Ordering] {
        guard try skip("ORDER") else { return [] }
        try expect("BY")
        return try list { parser throws(SOQLError) in
            let expression = try parser.expression()
            let isDescending = try parser.skip("DESC")
            if !isDescending { _ = try parser.skip("ASC") }
            let nulls: Ordering.Nulls? = try parser.skip("NULLS") ? try parser.keyword() : nil
            return Ordering(expression, isDescending: isDescending, nulls: nulls)
        }
    }

    /// The number of `LIMIT` and `OFFSET`.
    mutating func count() throws(SOQLError) -> Literal {
        guard at(.number) || at(.colon) else { throw unexpected() }
        let here = self
        let literal = try literal()
        switch literal.kind {
        case .integer(let number) where number >= 0: return literal
        case .bind: return literal
        default: throw here.unexpected()
        }
    }

    /// One of the words of a closed set.
    mutating func keyword<Word: RawRepresentable<String>>() throws(SOQLError) -> Word {
        guard at(.name), let word = Word(rawValue: capitals(token)) else { throw unexpected() }
        try advance()
        return word
    }
}

// Words that end a list where an alias could stand.
extension Parser {
    /// The platform's list of words that cannot be an alias.
    static let notAliases: [StaticString] = [
        "AND", "ASC", "DESC", "EXCLUDES", "FIRST", "FROM", "GROUP", "HAVING", "IN", "INCLUDES", "LAST", "LIKE", "LIMIT",
        "NOT", "NULL", "NULLS", "OR", "SELECT", "USING", "WHERE", "WITH",
    ]
    /// Words that begin a clause, and so cannot be an alias after `FROM`.
    static let clauses: [StaticString] = ["ORDER", "OFFSET", "BIND", "FOR", "UPDATE", "ALL"]
    /// Words that cannot begin a field: here they show that something is missing before them.
    static let notFields: [StaticString] = [
        "AND", "ASC", "DESC", "EXCLUDES", "FROM", "HAVING", "IN", "INCLUDES", "LIKE", "NOT", "NULL", "NULLS", "OR",
        "SELECT", "USING", "WHERE", "WITH",
    ]

    func isReserved(_ words: [StaticString]) -> Bool { matches(token, anyOf: words) }
}
