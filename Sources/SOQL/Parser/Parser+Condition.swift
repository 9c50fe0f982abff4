extension Parser {
    /// Comparisons joined with `AND` or with `OR`. The two are not mixed without parentheses, so nobody has to know
    /// which binds closer.
    mutating func condition() throws(SOQLError) -> Condition {
        let first = try unaryCondition()
        if at("AND") {
            let all = try conditions(first, "AND")
            if at("OR") { throw unexpected() }
            return .all(all)
        }
        if at("OR") {
            let any = try conditions(first, "OR")
            if at("AND") { throw unexpected() }
            return .any(any)
        }
        return first
    }

    private mutating func conditions(_ first: Condition, _ joint: StaticString) throws(SOQLError) -> [Condition] {
        var list = [first]
        while try skip(joint) { list.append(try unaryCondition()) }
        return list
    }

    private mutating func unaryCondition() throws(SOQLError) -> Condition {
        if at("NOT") {
            try advance()
            return .not(try nested { parser throws(SOQLError) in try parser.unaryCondition() })
        }
        if at(.leftParenthesis) {
            try advance()
            let inner = try nested { parser throws(SOQLError) in try parser.condition() }
            try expect(.rightParenthesis)
            return inner
        }
        return .comparison(try comparison())
    }

    private mutating func comparison() throws(SOQLError) -> Comparison {
        let left = try expression()
        let position = position
        let kind = try comparisonOperator()
        let right: Comparison.Operand
        switch kind {
        case .like: right = .literal(try pattern())
        case .in, .notIn: right = try members(mayBeQuery: true)
        case .includes, .excludes: right = try members(mayBeQuery: false)
        default: right = .literal(try literal())
        }
        return Comparison(left, kind, right, at: position)
    }

    private mutating func comparisonOperator() throws(SOQLError) -> Comparison.Operator {
        let kind: Comparison.Operator
        switch token.kind {
        case .equal: kind = .equal
        case .notEqual: kind = .notEqual
        case .less: kind = .less
        case .lessOrEqual: kind = .lessOrEqual
        case .greater: kind = .greater
        case .greaterOrEqual: kind = .greaterOrEqual
        case .name where at("LIKE"): kind = .like
        case .name where at("IN"): kind = .in
        case .name where at("INCLUDES"): kind = .includes
        case .name where at("EXCLUDES"): kind = .excludes
        case .name where at("NOT"):
            try advance()
            guard at("IN") else { throw unexpected() }
            kind = .notIn
        default: throw unexpected()
        }
        try advance()
        return kind
    }

    /// The list on the right of `IN` and its kin.
    private mutating func members(mayBeQuery: Bool) throws(SOQLError) -> Comparison.Operand {
        if at(.colon) { return .literal(try literal()) }
        try expect(.leftParenthesis)
        let operand: Comparison.Operand
        if mayBeQuery, at("SELECT") {
            operand = .query(try nested { parser throws(SOQLError) in try parser.query() })
        } else {
            operand = .list(try list { parser throws(SOQLError) in try parser.literal() })
        }
        try expect(.rightParenthesis)
        return operand
    }
}
