import Records
import SOQL
import Store

extension QueryCompiler {
    /// The condition of a `WHERE` or `HAVING`.
    func condition(_ condition: Condition, _ scope: Scope, _ selection: Selection) throws -> SQL {
        let depth = condition.depth
        guard depth <= Self.depthMax else {
            throw context.error(
                .queryTooComplicated,
                "The conditions are nested \(depth) levels deep; \(Self.depthMax) are possible.",
                at: condition.firstPosition ?? Position(line: 1, column: 1)
            )
        }
        return try self.condition(condition, isNegated: false, scope, selection)
    }

    /// The parser of SQLite (before 3.46) holds a hundred symbols; what stands around the conditions takes some.
    private static let depthMax = 60

    /// The platform knows true and false alone: what compares with null is false, and its negation true. So a negation goes
    /// down to the comparisons, and two of them are none.
    private func condition(
        _ condition: Condition, isNegated: Bool, _ scope: Scope, _ selection: Selection
    ) throws -> SQL {
        switch condition {
        case .all(let parts), .any(let parts):
            var isAnd = isNegated
            if case .all = condition { isAnd.toggle() }
            // The deepest first: each level then takes one symbol of the parser's, not three.
            let ordered = condition.depth < 10 ? parts : parts.sorted { $0.depth > $1.depth }
            let each = try ordered.map { try self.condition($0, isNegated: isNegated, scope, selection) }
            return Self.joined(each[...], by: isAnd ? " AND " : " OR ")
        case .not(let part):
            return try self.condition(part, isNegated: !isNegated, scope, selection)
        case .comparison(let comparison):
            let holds = try compare(comparison, try operand(comparison.left, scope, selection), scope)
            return isNegated ? "((\(holds)) IS NOT TRUE)" : holds
        }
    }

    /// In halves within halves: databases limit how deep an expression may nest, and a chain is as deep as it is long.
    private static func joined(_ parts: ArraySlice<SQL>, by operation: SQL) -> SQL {
        guard parts.count > 64 else { return "(\(.joined(Array(parts), separator: operation)))" }
        let middle = parts.startIndex + parts.count / 2
        return "(\(joined(parts[..<middle], by: operation))\(operation)\(joined(parts[middle...], by: operation)))"
    }

    private func compare(_ comparison: Comparison, _ left: Operand, _ scope: Scope) throws -> SQL {
        guard left.type.storage != nil, left.type != .base64 else {
            throw context.error(
                .invalidField, "field '\(left.name)' can not be filtered in a query call",
                at: comparison.left.position
            )
        }
        if case .distance = comparison.left, ![.less, .greater].contains(comparison.operator) {
            throw unfit(comparison, left)
        }
        if let encryption = left.field?.encryption { return try compareSealed(comparison, left, encryption) }
        switch (comparison.operator, comparison.right) {
        case (.in, .query(let query)), (.notIn, .query(let query)):
            return try semiJoin(left, query, isNegated: comparison.operator == .notIn, comparison)
        case (.in, let right), (.notIn, let right):
            return membership(left, try values(right, left), isNegated: comparison.operator == .notIn)
        case (.includes, let right), (.excludes, let right):
            guard left.type == .multipicklist else { throw unfit(comparison, left) }
            let hit = try includes(left, right)
            return comparison.operator == .includes ? hit : "((\(hit)) IS NOT TRUE)"
        case (.like, .literal(let literal)):
            guard left.type.storage == .text else { throw unfit(comparison, left) }
            if case .bind = literal.kind { markFleeting() }
            guard case .value(let pattern) = try context.value(literal, for: left) else { return "1 = 0" }
            return "(\(context.dialect.like(left.sql, "\(pattern)")))"
        case (let sign, .literal(let literal)):
            return compare(left, sign, try value(literal, left))
        case (_, .list), (_, .query):
            throw context.error(
                .malformedQuery, "A list stands after IN, NOT IN, INCLUDES or EXCLUDES.", at: comparison.position)
        }
    }

    /// A field whose values are sealed: whether it is empty can be asked of all, whether it is some text of those that tell equal
    /// ones.
    private func compareSealed(_ comparison: Comparison, _ left: Operand, _ encryption: FieldEncryption) throws -> SQL {
        let values: [LiteralValue]
        switch (comparison.operator, comparison.right) {
        case (.equal, .literal(let literal)), (.notEqual, .literal(let literal)): values = [try value(literal, left)]
        case (.in, .list), (.notIn, .list), (.in, .literal), (.notIn, .literal):
            values = try self.values(comparison.right, left)
        default: throw encrypted("filtered", left, comparison.left.position)
        }
        var texts: [String] = []
        var isNull: SQL?
        for value in values {
            switch value {
            case .null: isNull = "\(left.sql) IS NULL"
            case .value(.text(let text)): texts.append(text)
            case .value, .range: throw unfit(comparison, left)
            }
        }
        guard texts.isEmpty || encryption.scheme.isDeterministic, let keys = context.viewer.access.fieldKeys else {
            throw encrypted("filtered", left, comparison.left.position)
        }
        let told = texts.isEmpty ? nil : SealedColumn(left.sql, encryption, keys).holds(texts)
        let hits = [told, isNull].compactMap(\.self)
        let hit: SQL = hits.isEmpty ? "1 = 0" : "(\(.joined(hits, separator: " OR ")))"
        return [.notEqual, .notIn].contains(comparison.operator) ? "((\(hit)) IS NOT TRUE)" : hit
    }

    /// What cannot be done with a field because its values are sealed.
    func encrypted(_ done: String, _ field: Operand, _ position: Position) -> PlatformError {
        context.error(
            .invalidField,
            "field '\(field.name)' can not be \(done) in a query call, since its values are encrypted", at: position)
    }

    private func compare(_ left: Operand, _ sign: Comparison.Operator, _ value: LiteralValue) -> SQL {
        switch (sign, value) {
        case (.equal, .null): "\(left.sql) IS NULL"
        case (.notEqual, .null): "\(left.sql) IS NOT NULL"
        case (_, .null): "1 = 0"
        case (.equal, .value(let value)): "\(left.sql) = \(value)"
        // Unlike in SQL, what is empty differs from every value.
        case (.notEqual, .value(let value)):
            left.isNillable ? "(\(left.sql) <> \(value) OR \(left.sql) IS NULL)" : "\(left.sql) <> \(value)"
        case (.less, .value(let value)): "\(left.sql) < \(value)"
        case (.lessOrEqual, .value(let value)): "\(left.sql) <= \(value)"
        case (.greater, .value(let value)): "\(left.sql) > \(value)"
        case (.greaterOrEqual, .value(let value)): "\(left.sql) >= \(value)"
        case (.equal, .range(let start, let end)): "(\(left.sql) >= \(start) AND \(left.sql) < \(end))"
        case (.notEqual, .range(let start, let end)):
            "(\(left.sql) < \(start) OR \(left.sql) >= \(end) OR \(left.sql) IS NULL)"
        case (.less, .range(let start, _)): "\(left.sql) < \(start)"
        case (.lessOrEqual, .range(_, let end)): "\(left.sql) < \(end)"
        case (.greater, .range(_, let end)): "\(left.sql) >= \(end)"
        case (.greaterOrEqual, .range(let start, _)): "\(left.sql) >= \(start)"
        case (.like, _), (.in, _), (.notIn, _), (.includes, _), (.excludes, _): "1 = 0"
        }
    }

    private func membership(_ left: Operand, _ values: [LiteralValue], isNegated: Bool) -> SQL {
        var hits: [SQL] = []
        var single: [SQL] = []
        for value in values {
            switch value {
            case .value(let value): single.append("\(value)")
            case .null: hits.append("\(left.sql) IS NULL")
            case .range: hits.append(compare(left, .equal, value))
            }
        }
        if !single.isEmpty { hits.append("\(left.sql) IN (\(.joined(single, separator: ", ")))") }
        let hit: SQL = hits.isEmpty ? "1 = 0" : hits.count == 1 ? hits[0] : "(\(.joined(hits, separator: " OR ")))"
        return isNegated ? "((\(hit)) IS NOT TRUE)" : hit
    }

    /// Each literal names values, joined with `;`, that must all be chosen; one of the literals must hold.
    private func includes(_ left: Operand, _ right: Comparison.Operand) throws -> SQL {
        let hits = try values(right, left).map { value -> SQL in
            guard case .value(.text(let text)) = value else { return "\(left.sql) IS NULL" }
            let parts = text.split(separator: ";").map { part -> SQL in
                var pattern = "%;"
                for character in part {
                    if "\\%_".contains(character) { pattern.append("\\") }
                    pattern.append(character)
                }
                return context.dialect.like("';' || \(left.sql) || ';'", "\(.text(pattern + ";%"))")
            }
            return "(\(.joined(parts, separator: " AND ")))"
        }
        return hits.isEmpty ? "1 = 0" : "(\(.joined(hits, separator: " OR ")))"
    }

    /// `AccountId IN (SELECT Id FROM Account WHERE …)`.
    private func semiJoin(_ left: Operand, _ query: Query, isNegated: Bool, _ comparison: Comparison) throws -> SQL {
        guard left.type == .id || left.type == .reference else {
            throw context.error(
                .invalidField,
                """
                The left operand field in the where expression for semi-join must be an id or reference field: \
                '\(left.name)'
                """,
                at: comparison.left.position
            )
        }
        guard query.select.count == 1, case .expression(let selected, _) = query.select[0] else {
            throw context.error(
                .malformedQuery, "An inner query selects exactly one field.", at: query.position
            )
        }
        guard query.limit == nil && query.offset == nil && query.orderBy.isEmpty && query.groupBy == nil else {
            throw context.error(
                .malformedQuery, "An inner query has no ORDER BY, GROUP BY, LIMIT or OFFSET.", at: query.position
            )
        }
        let object = try object(query.from.source)
        let inner = innerScope(object, query.from)
        let field = try operand(selected, inner, Selection())
        guard field.type == .id || field.type == .reference else {
            throw context.error(
                .invalidField, "The inner select field '\(field.name)' must have an id or reference type",
                at: selected.position
            )
        }
        let filters = [try query.where.map { try condition($0, inner, Selection()) }, try visibility(inner.root)]
        let present: SQL = "\(field.sql) IS NOT NULL"
        let table: SQL = "\(identifier: Identifier(object.name)) \(identifier: inner.root.alias)"
        let rows: SQL = "SELECT \(field.sql) FROM " + table + inner.joins + Plan.wherever([present] + filters)
        let hit: SQL = "\(left.sql) IN (\(rows))"
        return isNegated ? "((\(hit)) IS NOT TRUE)" : hit
    }

    private func value(_ literal: Literal, _ left: Operand) throws -> LiteralValue {
        switch literal.kind {
        case .bind, .relative: markFleeting()
        default: break
        }
        return try context.value(literal, for: left)
    }

    private func values(_ right: Comparison.Operand, _ left: Operand) throws -> [LiteralValue] {
        let literals: [Literal] =
            switch right {
            case .literal(let literal): [literal]
            case .list(let literals): literals
            case .query: []
            }
        for literal in literals {
            switch literal.kind {
            case .bind, .relative: markFleeting()
            default: break
            }
        }
        return try context.values(literals, for: left)
    }

    private func unfit(_ comparison: Comparison, _ left: Operand) -> PlatformError {
        context.error(
            .invalidQueryFilterOperator,
            """
            field '\(left.name)' of type \(left.type.rawValue) does not support the operator \
            \(comparison.operator.rawValue)
            """,
            at: comparison.position
        )
    }
}

extension Condition {
    /// How many parentheses stand within each other in SQL; a query within a condition counts with its own.
    fileprivate var depth: Int {
        switch self {
        case .all(let parts), .any(let parts): 1 + (parts.map(\.depth).max() ?? 0)
        case .not(let part): part.depth
        case .comparison(let comparison):
            if case .query(let query) = comparison.right { 5 + (query.where?.depth ?? 0) } else { 1 }
        }
    }

    fileprivate var firstPosition: Position? {
        switch self {
        case .all(let parts), .any(let parts): parts.first?.firstPosition
        case .not(let part): part.firstPosition
        case .comparison(let comparison): comparison.position
        }
    }
}
