public import Records
import Store

/// How a query is carried out.
public struct QueryExplanation: Sendable {
    /// The object whose rows are read.
    public let object: String
    /// How many rows the query has, and how many the object.
    public let rows: Int
    public let rowsOfObject: Int
    /// The fields by whose index the rows are found; empty when all rows of the object are looked at.
    public let fields: [String]
}

extension Session {
    /// - Throws: What ``query(_:bindings:deleted:)`` throws.
    public func explain(_ soql: String) async throws -> QueryExplanation {
        try await read { connection in
            let plan = try self.plan(soql, [:], .without, on: connection)
            let steps = try connection.all(connection.dialect.explanation(of: plan.countStatement())) { row in
                row.string(connection.dialect.explanationColumn)
            }
            func count(_ statement: SQL) throws -> Int { Int(try connection.first(statement) { $0.int64(0) } ?? 0) }
            let all = try self.plan("SELECT COUNT() FROM \(plan.object.name)", [:], .without, on: connection)
            return QueryExplanation(
                object: plan.object.name, rows: try count(plan.countStatement()),
                rowsOfObject: try count(all.countStatement()), fields: Self.fields(in: steps, of: plan.object))
        }
    }

    /// Fields that a step of the database's plan finds rows by: it names them in the condition on its index.
    private static func fields(in steps: [String], of object: ObjectSchema) -> [String] {
        let conditions = steps.filter { $0.contains("USING") && $0.hasPrefix("SEARCH t0") || $0.contains("Index Cond") }
        return object.fields.map(\.name).filter { name in
            conditions.contains { step in
                step.contains("(\(name)=") || step.contains("(\(name)>") || step.contains("(\(name)<")
                    || step.contains("\"\(name)\"")
                    // SQLite's own name of the key.
                    || name == "Id" && step.contains("INTEGER PRIMARY KEY")
            }
        }
    }
}
