import Records
import SOQL
import Store

extension QueryCompiler {
    /// The select list of a query whose rows are groups.
    func selectGroups(_ query: Query, _ scope: Scope, into selection: inout Selection) throws {
        let groups = try (query.groupBy?.expressions ?? []).map { expression -> SQL in
            if case .distance(let distance) = expression {
                throw context.error(
                    .malformedQuery, "DISTANCE can not be grouped in a query call", at: distance.position)
            }
            return try grouped(try operand(expression, scope, Selection()), query, expression.position)
        }
        selection.sets = try groupingSets(query, groups)
        var bare = Selection()
        bare.sets = selection.sets
        var unnamed = 0
        for item in query.select {
            guard case .expression(let expression, let alias) = item else {
                throw context.error(
                    .malformedQuery, "A query with GROUP BY selects fields and aggregates alone.", at: item.position
                )
            }
            let value: Operand
            switch expression {
            case .aggregate, .grouping, .format(.aggregate, _): value = try operand(expression, scope, bare)
            default:
                let plain = try operand(expression, scope, Selection())
                let group = try grouped(plain, query, item.position)
                guard groups.contains(where: { $0.text == group.text }) else {
                    throw context.error(
                        .malformedQuery, "Field must be grouped or aggregated: \(plain.name)", at: item.position)
                }
                // Of sealed texts that are equal, any.
                value =
                    plain.field?.encryption == nil
                    ? selection.sets?.shown(plain) ?? plain
                    : plain.with(sql: "MIN(\(plain.sql))", type: plain.type, field: plain.field)
            }
            let name: String
            if let alias {
                name = alias.text
            } else if case .field = expression {
                name = String(value.name.split(separator: ".").last ?? "")
            } else {
                name = "expr\(unnamed)"
                unnamed += 1
            }
            guard selection.aliases.updateValue(value, forKey: name.lowercased()) == nil else {
                throw context.error(.malformedQuery, "duplicate alias: \(name)", at: item.position)
            }
            let cell = selection.add(value, named: name)
            selection.node.add(.ready(.value(name, cell: cell, value.shownType)))
        }
        if let sets = selection.sets {
            selection.grouping = sets.clause
        } else if !groups.isEmpty {
            selection.grouping = " GROUP BY \(.joined(groups, separator: ", "))"
        }
    }

    /// What rows are grouped by.
    private func grouped(_ value: Operand, _ query: Query, _ position: Position) throws -> SQL {
        guard let encryption = value.field?.encryption else { return value.sql }
        guard case .plain = query.groupBy else { throw encrypted("grouped", value, position) }
        return try told(value, encryption, "grouped", position)
    }

    /// What is the same for equal texts of an encrypted field alone. Not while values of two forms are there, which would be
    /// told apart.
    func told(_ value: Operand, _ encryption: FieldEncryption, _ done: String, _ position: Position) throws -> SQL {
        guard encryption.scheme.isDeterministic else { throw encrypted(done, value, position) }
        guard encryption.isSettled else {
            throw context.error(
                .invalidField,
                """
                field '\(value.name)' can not be \(done) in a query call until all its values are encrypted as was chosen last; \
                repeat the call later
                """, at: position)
        }
        return SealedColumn.told(value.sql)
    }

    private func groupingSets(_ query: Query, _ groups: [SQL]) throws -> GroupingSets? {
        switch query.groupBy {
        case nil, .plain: return nil
        case .rollup(let list), .cube(let list):
            guard list.count <= GroupingSets.expressionsMax else {
                throw context.error(
                    .malformedQuery, "ROLLUP and CUBE take at most \(GroupingSets.expressionsMax) fields.",
                    at: list[GroupingSets.expressionsMax].position)
            }
            if case .rollup = query.groupBy { return GroupingSets(rollup: groups) }
            return GroupingSets(cube: groups)
        }
    }

    func ordering(_ query: Query, _ scope: Scope, _ selection: Selection) throws -> SQL {
        guard !query.orderBy.isEmpty, !query.isCount else { return "" }
        var terms = try query.orderBy.map { ordering -> SQL in
            let value = try operand(ordering.expression, scope, selection)
            if value.field?.encryption != nil { throw encrypted("sorted", value, ordering.expression.position) }
            guard value.type.storage != nil else {
                throw context.error(
                    .invalidField, "field '\(value.name)' can not be sorted in a query call",
                    at: ordering.expression.position
                )
            }
            let term: SQL = ordering.isDescending ? "\(value.sql) DESC" : value.sql
            // Said only where it matters: an index gives the order of a field that is never empty.
            guard value.isNillable else { return term }
            return ordering.nulls == .last ? term + " NULLS LAST" : term + " NULLS FIRST"
        }
        // Rows that are equal keep one order, so that pages and repeated queries agree.
        if query.groupBy == nil && selection.grouping.text.isEmpty && !selection.ids.isEmpty {
            let id: SQL = "\(identifier: scope.root.alias).\"Id\""
            terms.append(query.orderBy[query.orderBy.count - 1].isDescending ? id + " DESC" : id)
        }
        return " ORDER BY \(.joined(terms, separator: ", "))"
    }
}
