extension Parser {
    /// A field or a function.
    mutating func expression() throws(SOQLError) -> Expression {
        guard at(.name), !isReserved(Self.notFields) else { throw unexpected() }
        let word = token
        let path = try path()
        guard at(.leftParenthesis) else { return .field(path) }
        guard path.names.count == 1 else { throw unexpected() }
        return try call(word)
    }

    /// A function, with the token in hand being the parenthesis behind its name.
    private mutating func call(_ word: Token) throws(SOQLError) -> Expression {
        let position = word.position
        let name = capitals(word)
        let unknown = unexpected()
        try advance()
        let expression: Expression
        if let aggregate = Aggregate(rawValue: name) {
            if aggregate == .count, at(.rightParenthesis) {
                expression = .aggregate(.count, of: nil, position)
            } else {
                expression = .aggregate(aggregate, of: try argument(Self.isAggregable), position)
            }
        } else if let part = DatePart(rawValue: name) {
            expression = .datePart(part, of: try dateArgument(), position)
        } else {
            switch name {
            case "TOLABEL": expression = .toLabel(try fieldArgument(), position)
            case "CONVERTCURRENCY": expression = .convertCurrency(try fieldArgument(), position)
            case "GROUPING": expression = .grouping(try fieldArgument(), position)
            case "FORMAT": expression = .format(try argument(Self.isFormattable), position)
            case "DISTANCE": expression = .distance(try distance(at: position))
            case "FORMULA": expression = .formula(try string(), position)
            default: throw unknown
            }
        }
        try expect(.rightParenthesis)
        return expression
    }

    private mutating func argument(_ fits: (Expression) -> Bool) throws(SOQLError) -> Expression {
        let here = self
        let expression = try nested { parser throws(SOQLError) in try parser.expression() }
        guard fits(expression) else { throw here.unexpected() }
        return expression
    }

    private static func isAggregable(_ expression: Expression) -> Bool {
        switch expression {
        case .field, .convertCurrency, .datePart: true
        default: false
        }
    }

    private static func isFormattable(_ expression: Expression) -> Bool {
        switch expression {
        case .field, .convertCurrency, .aggregate, .distance: true
        default: false
        }
    }

    private mutating func fieldArgument() throws(SOQLError) -> Path {
        guard at(.name), !isReserved(Self.notFields) else { throw unexpected() }
        return try path()
    }

    private mutating func dateArgument() throws(SOQLError) -> Expression {
        guard at("CONVERTTIMEZONE"), try peek().kind == .leftParenthesis else { return .field(try fieldArgument()) }
        let position = position
        try advance()
        try advance()
        let field = try fieldArgument()
        try expect(.rightParenthesis)
        return .convertTimezone(field, position)
    }

    private mutating func distance(at position: Position) throws(SOQLError) -> Distance {
        let from = try fieldArgument()
        guard !at(.leftParenthesis) else { throw unexpected() }
        try expect(.comma)
        let to: Distance.Target
        if at("GEOLOCATION"), try peek().kind == .leftParenthesis {
            try advance()
            try advance()
            let latitude = try degrees()
            try expect(.comma)
            to = .geolocation(latitude: latitude, longitude: try degrees())
            try expect(.rightParenthesis)
        } else {
            to = .field(try fieldArgument())
        }
        try expect(.comma)
        let here = self
        // The platform takes the unit with spaces around it.
        let unit = try string().split(separator: " ").joined()
        guard let unit = Distance.Unit(rawValue: unit.lowercased()) else { throw here.unexpected() }
        return Distance(from: from, to: to, unit: unit, at: position)
    }

    private mutating func degrees() throws(SOQLError) -> Literal {
        guard at(.number) || at(.colon) else { throw unexpected() }
        return try literal()
    }
}
