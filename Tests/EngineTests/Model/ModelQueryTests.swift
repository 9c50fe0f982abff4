import AzukariTesting
import Engine
import Records
import Testing

/// Five thousand queries made up by chance on each database, on schemas and rows made up as well, against an evaluator that looks at every row in memory.
struct ModelQueryTests {
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `the engine answers what a plain look at every row answers`(seed: UInt64) async throws {
        try await Writing.withSession { session, _ in
            var random = ModelRandom(seed: seed)
            let schema = try await ModelSchema(session, &random)
            let company = try await ModelCompany(schema, session, &random)
            let evaluator = ModelEvaluator(company: company)
            var queries = ModelQueries(schema: schema, random: random)
            var differences = 0
            for _ in 0..<625 where differences < 5 {
                let query = queries.query()
                do {
                    let rows = try await session.query(query.soql)
                    let isSame = Self.isSame(
                        Self.values(rows, query), evaluator.rows(query), isOrdered: !query.order.isEmpty)
                    if !isSame || !Self.hasSameChildren(rows, query, evaluator) {
                        differences += 1
                        Issue.record(
                            "\(query.soql)\n\(Self.shown(Self.values(rows, query)))\nnot\n\(Self.shown(evaluator.rows(query)))"
                        )
                    }
                } catch let error as PlatformError {
                    differences += 1
                    Issue.record("\(query.soql)\n\(error.code) \(error.message) \(error.detail ?? "")")
                }
            }
        }
    }

    private static func values(_ rows: [Record], _ query: ModelQuery) -> [[Value]] {
        let names =
            query.aggregates.isEmpty
            ? query.select.map { $0.joined(separator: ".") }
            : query.groups.map { $0.last ?? "" } + query.aggregates.indices.map { "a\($0)" }
        return rows.map { row in names.map { row[$0] } }
    }

    private static func hasSameChildren(_ rows: [Record], _ query: ModelQuery, _ evaluator: ModelEvaluator) -> Bool {
        guard let child = query.child, let inner = child.query.first else { return true }
        let found = Dictionary(
            rows.map { ($0["Id"].id?.description ?? "", values($0.children(child.relation), inner)) }
        ) { first, _ in first }
        let expected = zip(evaluator.rows(query), evaluator.children(query))
        return expected.allSatisfy { parent, children in
            isSame(found[parent[0].id?.description ?? ""] ?? [], children, isOrdered: !inner.order.isEmpty)
        }
    }

    private static func isSame(_ found: [[Value]], _ expected: [[Value]], isOrdered: Bool) -> Bool {
        let (left, right) = (found.map(shown), expected.map(shown))
        return isOrdered ? left == right : left.sorted() == right.sorted()
    }

    private static func shown(_ rows: [[Value]]) -> String {
        rows.prefix(12).map(shown).joined(separator: "\n") + (rows.count > 12 ? "\n… \(rows.count) rows" : "")
    }

    /// Numbers as they are equal, whatever their type; sums of doubles may differ in the last digits.
    private static func shown(_ row: [Value]) -> String {
        row.map { value in
            switch value {
            case .integer(let number): shown(Double(number))
            case .double(let number): shown(number)
            case .text(let text): "'\(text)'"
            case .boolean(let truth): "\(truth)"
            case .date(let day): day.description
            case .datetime(let moment): moment.description
            case .id(let id): id.description
            case .null: "null"
            default: "?"
            }
        }.joined(separator: " ")
    }

    private static func shown(_ number: Double) -> String { String((number * 10_000).rounded() / 10_000) }
}
