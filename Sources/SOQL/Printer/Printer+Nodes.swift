internal import Records

extension Printer {
    mutating func selectItem(_ item: SelectItem) {
        switch item {
        case .expression(let expression, let alias):
            self.expression(expression)
            if let alias { write(" \(alias.text)") }
        case .children(let query):
            write("(")
            self.query(query)
            write(")")
        case .typeOf(let typeOf): self.typeOf(typeOf)
        case .fields(let set, _): write("FIELDS(\(set.rawValue))")
        }
    }

    private mutating func typeOf(_ typeOf: TypeOf) {
        write("TYPEOF \(typeOf.relation.text)")
        for branch in typeOf.branches {
            write(" WHEN \(branch.object.text) THEN ")
            list(branch.fields) { $0.write($1.text) }
        }
        if !typeOf.otherwise.isEmpty {
            write(" ELSE ")
            list(typeOf.otherwise) { $0.write($1.text) }
        }
        write(" END")
    }

    mutating func expression(_ expression: Expression) {
        switch expression {
        case .field(let path): write(path.text)
        case .aggregate(let aggregate, let argument, _):
            write("\(aggregate.rawValue)(")
            if let argument { self.expression(argument) }
            write(")")
        case .datePart(let part, let argument, _):
            write("\(part.rawValue)(")
            self.expression(argument)
            write(")")
        case .convertTimezone(let path, _): write("convertTimezone(\(path.text))")
        case .toLabel(let path, _): write("toLabel(\(path.text))")
        case .format(let argument, _):
            write("FORMAT(")
            self.expression(argument)
            write(")")
        case .convertCurrency(let path, _): write("convertCurrency(\(path.text))")
        case .distance(let distance): self.distance(distance)
        case .grouping(let path, _): write("GROUPING(\(path.text))")
        case .formula(let text, _): write("FORMULA(\(StringEscapes.encode(text, isPattern: false)))")
        }
    }

    private mutating func distance(_ distance: Distance) {
        write("DISTANCE(\(distance.from.text), ")
        switch distance.to {
        case .field(let path): write(path.text)
        case .geolocation(let latitude, let longitude):
            write("GEOLOCATION(")
            literal(latitude)
            write(", ")
            literal(longitude)
            write(")")
        }
        write(", '\(distance.unit.rawValue)')")
    }

    /// What is inside another condition stands in parentheses, but for a single comparison.
    mutating func condition(_ condition: Condition, isInside: Bool = false) {
        switch condition {
        case .comparison(let comparison): self.comparison(comparison)
        case .not(let inner):
            // `a AND (NOT b)`: the platform wants these parentheses.
            if isInside { write("(") }
            write("NOT ")
            self.condition(inner, isInside: true)
            if isInside { write(")") }
        case .all(let list), .any(let list):
            let joint = if case .all = condition { " AND " } else { " OR " }
            if isInside { write("(") }
            for (index, inner) in list.enumerated() {
                if index > 0 { write(joint) }
                self.condition(inner, isInside: true)
            }
            if isInside { write(")") }
        }
    }

    private mutating func comparison(_ comparison: Comparison) {
        expression(comparison.left)
        write(" \(comparison.operator.rawValue) ")
        switch comparison.right {
        case .literal(let literal): self.literal(literal, isPattern: comparison.operator == .like)
        case .list(let literals):
            write("(")
            list(literals) { $0.literal($1) }
            write(")")
        case .query(let query):
            write("(")
            self.query(query)
            write(")")
        }
    }

    mutating func literal(_ literal: Literal, isPattern: Bool = false) {
        switch literal.kind {
        case .null: write("NULL")
        case .boolean(let truth): write(truth ? "TRUE" : "FALSE")
        case .integer(let number): write(String(number))
        case .double(let number): write(String(number))
        case .string(let text): write(StringEscapes.encode(text, isPattern: isPattern))
        case .date(let day): write(day.description)
        case .datetime(let instant): write(instant.description)
        case .time(let time): write(time.description)
        case .relative(let relative): write(relative.text)
        case .currency(let code, let amount): write(code + Self.plain(amount))
        case .bind(let bind): write(":\(bind.expression)")
        }
    }

    /// An amount without an exponent: right behind a currency's letters there is no place for one.
    private static func plain(_ amount: Double) -> String {
        let short = String(amount)
        guard let mark = short.firstIndex(of: "e"), let exponent = Int(short[short.index(after: mark)...]) else {
            return short.hasSuffix(".0") ? String(short.dropLast(2)) : short
        }
        let parts = short[..<mark].split(separator: ".")
        let digits = parts.joined()
        let whole = parts[0].count + exponent
        if whole <= 0 { return "0." + String(repeating: "0", count: -whole) + digits }
        if whole >= digits.count { return digits + String(repeating: "0", count: whole - digits.count) }
        return digits.prefix(whole) + "." + digits.dropFirst(whole)
    }

    mutating func with(_ with: With) {
        switch with {
        case .securityEnforced: write("SECURITY_ENFORCED")
        case .userMode: write("USER_MODE")
        case .systemMode: write("SYSTEM_MODE")
        case .dataCategories(let filters): dataCategories(filters)
        case .recordVisibility(let settings):
            write("RecordVisibilityContext (")
            list(settings) {
                $0.write("\($1.name.text) = ")
                $0.literal($1.value)
            }
            write(")")
        }
    }

    mutating func dataCategories(_ filters: [CategoryFilter]) {
        write("DATA CATEGORY ")
        for (index, filter) in filters.enumerated() {
            if index > 0 { write(" AND ") }
            let names = filter.categories.map(\.text).joined(separator: ", ")
            write("\(filter.group.text) \(filter.selector.rawValue) ")
            write(filter.categories.count == 1 ? names : "(\(names))")
        }
    }
}
