import Records
import Store

/// What `GROUP BY ROLLUP` and `CUBE` group by: several sets of the expressions in one statement.
///
/// Every row is joined with a small table that has a line for each set and a column for each expression, 1 where the set
/// leaves the expression out. Both databases take it, and `GROUPING()` is that column.
struct GroupingSets {
    /// More are refused, as on the platform.
    static let expressionsMax = 3

    private let expressions: [SQL]
    /// For each set, which expressions it leaves out.
    private let sets: [[Bool]]

    /// `ROLLUP`: all expressions, then without the last, and so on to the total.
    init(rollup expressions: [SQL]) {
        self.expressions = expressions
        sets =
            expressions.indices.reversed().map { last in expressions.indices.map { $0 > last } }
            + [expressions.map { _ in true }]
    }

    /// `CUBE`: every choice of the expressions.
    init(cube expressions: [SQL]) {
        self.expressions = expressions
        sets = (0..<1 << expressions.count).map { choice in
            expressions.indices.map { choice >> (expressions.count - 1 - $0) & 1 == 1 }
        }
    }

    /// ` CROSS JOIN (…) "sets"`
    var join: SQL {
        let lines = sets.map { set -> SQL in
            let flags = set.enumerated().map { place, isLeftOut -> SQL in
                isLeftOut ? "1 AS \(identifier: Self.name(place))" : "0 AS \(identifier: Self.name(place))"
            }
            return "SELECT \(.joined(flags, separator: ", "))"
        }
        return " CROSS JOIN (\(.joined(lines, separator: " UNION ALL "))) \"sets\""
    }

    /// ` GROUP BY …`: subtotals stand behind what they sum up, where no other order is asked for.
    var clause: SQL {
        let terms = expressions.indices.flatMap { [column($0), value($0)] }
        return " GROUP BY \(.joined(terms, separator: ", "))"
    }

    /// The expression in a row of the result: null where its set leaves it out.
    func shown(_ operand: Operand) -> Operand {
        guard let place = place(of: operand) else { return operand }
        return Operand(
            sql: value(place), type: operand.type, name: operand.name, object: operand.object, isNillable: true,
            field: operand.field
        )
    }

    /// `GROUPING(field)`: 1 where its set leaves it out. Nil for what is not grouped by.
    func isLeftOut(_ operand: Operand) -> Operand? {
        guard let place = place(of: operand) else { return nil }
        return Operand(
            sql: column(place), type: .int, name: "GROUPING", object: "AggregateResult", isNillable: false, field: nil
        )
    }

    private func place(of operand: Operand) -> Int? { expressions.firstIndex { $0.text == operand.sql.text } }

    private func value(_ place: Int) -> SQL { "CASE WHEN \(column(place)) = 0 THEN \(expressions[place]) END" }

    private func column(_ place: Int) -> SQL { "\"sets\".\(identifier: Self.name(place))" }

    private static func name(_ place: Int) -> Identifier { Identifier("g\(place)") }
}
