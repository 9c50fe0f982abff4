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

extension ObjectSchema {
    /// Those of the wished fields that this session may see, as the list of a SELECT.
    ///
    /// A path (`Account.Name`) is taken when its lookup may be seen.
    func columns(_ wished: [String]) -> String {
        wished.filter { path in
            guard let dot = path.firstIndex(of: ".") else { return field(path) != nil }
            let relationship = path[..<dot]
            return fields.contains { $0.relationshipName?.lowercased() == relationship.lowercased() }
        }.joined(separator: ", ")
    }

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
