import Records

/// What the rows of a query are, worked out as plainly as can be: no SQL, every row looked at.
struct ModelEvaluator {
    let company: ModelCompany

    /// The values of each row, in the order of the select list.
    func rows(_ query: ModelQuery) -> [[Value]] {
        if !query.aggregates.isEmpty { return grouped(query) }
        return chosen(query).map { row in query.select.map { company.value($0, of: row, query.object) } }
    }

    /// The rows of the child list of each row.
    func children(_ query: ModelQuery) -> [[[Value]]] {
        guard let child = query.child, let inner = child.query.first else { return [] }
        return chosen(query).map { parent in
            chosen(inner) { $0.values[child.field]?.id == parent.id }
                .map { row in inner.select.map { company.value($0, of: row, inner.object) } }
        }
    }

    private func chosen(
        _ query: ModelQuery, besides isWanted: (ModelCompany.Row) -> Bool = { _ in true }
    ) -> [ModelCompany.Row] {
        var rows = (company.rows[query.object] ?? []).filter { row in
            isWanted(row) && query.condition.map { holds($0, row, query.object) } ?? true
        }
        if let last = query.order.last {
            rows.sort { a, b in
                for term in query.order {
                    let (left, right) = (
                        company.value(term.path, of: a, query.object), company.value(term.path, of: b, query.object)
                    )
                    if left.isNull != right.isNull { return left.isNull != term.nullsLast }
                    if let order = Self.order(left, right), order != 0 { return (order < 0) != term.isDescending }
                }
                // Equal rows keep the order of their ids, turned round with the last term.
                return last.isDescending ? a.id > b.id : a.id < b.id
            }
        }
        let rest = rows.dropFirst(query.offset ?? 0)
        return Array(query.limit.map { rest.prefix($0) } ?? rest)
    }

    // MARK: Conditions

    private func holds(_ condition: ModelCondition, _ row: ModelCompany.Row, _ object: String) -> Bool {
        switch condition {
        case .compare(let path, let sign, let value):
            return Self.compares(company.value(path, of: row, object), sign, value)
        case .among(let path, let values, let isNegated):
            let value = company.value(path, of: row, object)
            return values.contains { Self.compares(value, "=", $0) } != isNegated
        case .like(let path, let pattern):
            guard let text = company.value(path, of: row, object).text else { return false }
            return Self.isLike(Array(Self.folded(text).unicodeScalars), Self.pattern(pattern)[...])
        case .includes(let path, let lists, let isNegated):
            let chosen = Set((company.value(path, of: row, object).text ?? "").split(separator: ";"))
            return lists.contains { Set($0.split(separator: ";")).isSubset(of: chosen) } != isNegated
        case .inner(let field, let query, let isNegated):
            let value = company.value([field], of: row, object)
            let values = rows(query).compactMap(\.first).filter { !$0.isNull }
            return values.contains { Self.compares(value, "=", $0) } != isNegated
        case .and(let parts): return parts.allSatisfy { holds($0, row, object) }
        case .or(let parts): return parts.contains { holds($0, row, object) }
        case .not(let part): return !holds(part, row, object)
        }
    }

    private static func compares(_ left: Value, _ sign: String, _ right: Value) -> Bool {
        if right.isNull { return sign == "=" ? left.isNull : sign == "!=" ? !left.isNull : false }
        guard let order = order(left, right) else { return sign == "!=" }
        return switch sign {
        case "=": order == 0
        case "!=": order != 0
        case "<": order < 0
        case "<=": order <= 0
        case ">": order > 0
        default: order >= 0
        }
    }

    /// Below, at or above zero; nil where one of them is empty.
    static func order(_ left: Value, _ right: Value) -> Int? {
        func compared<T: Comparable>(_ a: T, _ b: T) -> Int { a < b ? -1 : a > b ? 1 : 0 }
        func number(_ value: Value) -> Double? {
            switch value {
            case .integer(let number): Double(number)
            case .double(let number): number
            case .boolean(let truth): truth ? 1 : 0
            case .date(let day): Double(day.daysSince1970)
            case .datetime(let moment): Double(moment.milliseconds)
            case .id(let id): Double(id.rawValue)
            default: nil
            }
        }
        if case .id(let a) = left, case .id(let b) = right { return compared(a, b) }
        if let a = left.text, let b = right.text {
            let (one, other) = (Array(folded(a).utf8), Array(folded(b).utf8))
            return one == other ? 0 : one.lexicographicallyPrecedes(other) ? -1 : 1
        }
        guard let a = number(left), let b = number(right) else { return nil }
        return compared(a, b)
    }

    /// Case counts in no Latin letter from A to Z, and in every other.
    private static func folded(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.isASCII ? Unicode.Scalar(Character($0).lowercased()) ?? $0 : $0 }))
    }

    private enum Mark { case any, one, exactly(Unicode.Scalar) }

    private static func pattern(_ text: String) -> [Mark] {
        var marks: [Mark] = []
        var isEscaped = false
        for scalar in folded(text).unicodeScalars {
            switch scalar {
            case _ where isEscaped:
                marks.append(.exactly(scalar))
                isEscaped = false
            case "\\": isEscaped = true
            case "%": marks.append(.any)
            case "_": marks.append(.one)
            default: marks.append(.exactly(scalar))
            }
        }
        return marks
    }

    private static func isLike(_ text: [Unicode.Scalar], _ pattern: ArraySlice<Mark>) -> Bool {
        guard let mark = pattern.first else { return text.isEmpty }
        switch mark {
        case .any: return (0...text.count).contains { isLike(Array(text[$0...]), pattern.dropFirst()) }
        case .one: return !text.isEmpty && isLike(Array(text.dropFirst()), pattern.dropFirst())
        case .exactly(let scalar): return text.first == scalar && isLike(Array(text.dropFirst()), pattern.dropFirst())
        }
    }

    // MARK: Groups

    private func grouped(_ query: ModelQuery) -> [[Value]] {
        var groups: [(key: [Value], rows: [ModelCompany.Row])] = []
        let found = chosen(ModelQuery(object: query.object, condition: query.condition))
        for row in found {
            let key = query.groups.map { company.value($0, of: row, query.object) }
            if let place = groups.firstIndex(where: { Self.isSame($0.key, key) }) {
                groups[place].rows.append(row)
            } else {
                groups.append((key, [row]))
            }
        }
        if query.groups.isEmpty && groups.isEmpty { groups = [([], [])] }
        return groups.compactMap { group in
            let results = query.aggregates.map { result($0, group.rows, query.object) }
            if let having = query.having, !Self.compares(results[0], having.sign, .integer(having.number)) {
                return nil
            }
            return group.key + results
        }
    }

    private static func isSame(_ left: [Value], _ right: [Value]) -> Bool {
        zip(left, right).allSatisfy { $0.isNull && $1.isNull || order($0, $1) == 0 }
    }

    private func result(_ aggregate: ModelQuery.Aggregate, _ rows: [ModelCompany.Row], _ object: String) -> Value {
        let values = rows.map { company.value(aggregate.path, of: $0, object) }.filter { !$0.isNull }
        let numbers = values.map { Self.order($0, .double(0)) == nil ? 0 : Self.double($0) }
        switch aggregate.function {
        case "COUNT": return .integer(Int64(values.count))
        case "COUNT_DISTINCT":
            var distinct: [Value] = []
            for value in values where !distinct.contains(where: { Self.order($0, value) == 0 }) {
                distinct.append(value)
            }
            return .integer(Int64(distinct.count))
        case "SUM": return values.isEmpty ? .null : .double(numbers.reduce(0, +))
        case "AVG": return values.isEmpty ? .null : .double(numbers.reduce(0, +) / Double(numbers.count))
        default:
            let sorted = values.sorted { (Self.order($0, $1) ?? 0) < 0 }
            return (aggregate.function == "MIN" ? sorted.first : sorted.last) ?? .null
        }
    }

    private static func double(_ value: Value) -> Double {
        switch value {
        case .integer(let number): Double(number)
        case .double(let number): number
        default: 0
        }
    }
}
