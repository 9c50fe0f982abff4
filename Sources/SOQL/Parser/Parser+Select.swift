extension Parser {
    mutating func selectList() throws(SOQLError) -> [SelectItem] {
        let items = try list { parser throws(SOQLError) in try parser.selectItem() }
        // The number of rows is an answer of its own kind and has no columns beside it.
        for item in items where items.count > 1 {
            if case .expression(.aggregate(.count, of: nil, let position), _) = item {
                throw error("unexpected token: 'COUNT'", at: position)
            }
        }
        return items
    }

    private mutating func selectItem() throws(SOQLError) -> SelectItem {
        if at(.leftParenthesis) {
            try advance()
            let query = try nested { parser throws(SOQLError) in try parser.query() }
            try expect(.rightParenthesis)
            return .children(query)
        }
        if at("TYPEOF"), matches(try peek(), anyOf: ["FROM"]) == false, try peek().kind == .name {
            return .typeOf(try typeOf())
        }
        return try fieldItem()
    }

    /// A field or function with its alias, or `FIELDS(…)`: what a search may return, too.
    mutating func fieldItem() throws(SOQLError) -> SelectItem {
        if at("FIELDS"), try peek().kind == .leftParenthesis {
            let position = position
            try advance()
            try advance()
            let set: FieldSet = try keyword()
            try expect(.rightParenthesis)
            return .fields(set, position)
        }
        let expression = try expression()
        guard at(.name), !isReserved(Self.notAliases), !(lexer.isSearch && isReserved(Self.clauses)) else {
            return .expression(expression, alias: nil)
        }
        return .expression(expression, alias: try name())
    }

    private mutating func typeOf() throws(SOQLError) -> TypeOf {
        let position = position
        try expect("TYPEOF")
        let relation = try path()
        var branches: [TypeOf.Branch] = []
        repeat {
            try expect("WHEN")
            let object = try name()
            try expect("THEN")
            branches.append(TypeOf.Branch(object: object, fields: try fields()))
        } while at("WHEN")
        let otherwise = try skip("ELSE") ? try fields() : []
        try expect("END")
        return TypeOf(relation: relation, branches: branches, otherwise: otherwise, at: position)
    }

    private mutating func fields() throws(SOQLError) -> [Path] {
        try list { parser throws(SOQLError) in try parser.path() }
    }
}
