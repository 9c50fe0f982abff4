import Engine
import Records

extension Record {
    /// The text of a field; nil where it is empty or not text.
    func text(_ path: String) -> String? {
        guard let text = self[path].text, !text.isEmpty else { return nil }
        return text
    }

    /// The truth of a checkbox; false where the session may not see it.
    func isTrue(_ path: String) -> Bool { self[path].boolean ?? false }

    /// The moment of a field.
    func moment(_ path: String) -> Instant? { self[path].datetime }

    /// The day of a date field.
    func day(_ path: String) -> Day? { if case .date(let day) = self[path] { day } else { nil } }
}

extension Visit {
    /// Those of the wished fields, and of paths such as `Account.Name`, that this session may see, as the list of a SELECT.
    func columns(_ wished: [String], of object: ObjectSchema) -> String {
        wished.filter { sees($0, of: object) }.joined(separator: ", ")
    }

    /// Whether this session may see a field of an object, or the end of a path.
    func sees(_ path: some StringProtocol, of object: ObjectSchema) -> Bool {
        guard let dot = path.firstIndex(of: ".") else { return object.field(path) != nil }
        let rest = path[path.index(after: dot)...]
        return object.relationship(path[..<dot])?.referenceTo.contains { name in
            schema.object(name).map { sees(rest, of: $0) } ?? false
        } ?? false
    }

    /// Rows of an object with those of the wished fields that may be seen.
    ///
    /// - Parameters:
    ///   - needed: Fields that `clauses` ask for; where one of them, or the object, may not be seen, there are no rows.
    ///   - clauses: What follows the object in a query.
    func rows(
        _ wished: [String], of name: String, needing needed: [String], _ clauses: String,
        _ bindings: [String: BoundValue]
    ) async throws -> [Record] {
        guard let object = schema.object(name), needed.allSatisfy({ sees($0, of: object) }) else { return [] }
        return try await session.query(
            "SELECT \(columns(wished, of: object)) FROM \(name) \(clauses)", bindings: bindings)
    }
}

extension ObjectSchema {
    /// The name of an object for readers.
    func label(_ language: Language) -> String { language == .ja && !labelJa.isEmpty ? labelJa : label }
}

extension Field {
    /// The name of a field for readers.
    func label(_ language: Language) -> String { language == .ja && !labelJa.isEmpty ? labelJa : label }

    /// A picklist's value as readers know it.
    func label(of value: String, _ language: Language) -> String {
        guard let found = picklist.first(where: { $0.value == value }) else { return value }
        return language == .ja && !found.labelJa.isEmpty ? found.labelJa : found.label
    }
}

extension Visit {
    /// The one record of a query; nil where there is none that this session may see.
    func one(_ soql: String, id: RecordID) async throws -> Record? {
        try await session.query(soql, bindings: ["id": .one(.id(id))]).first
    }

    /// How many rows of an object fit a condition.
    func count(_ object: String, where condition: String?, bindings: [String: BoundValue] = [:]) async throws -> Int {
        let clause = condition.map { " WHERE " + $0 } ?? ""
        return try await session.count("SELECT count() FROM \(object)\(clause)", bindings: bindings)
    }

    /// A value of a picklist as the reader knows it.
    func picklistLabel(_ object: String, _ field: String, _ value: String?) -> String {
        guard let value else { return "" }
        return schema.object(object)?.field(field)?.label(of: value, words.language) ?? value
    }
}
