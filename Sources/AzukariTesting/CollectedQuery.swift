import Foundation

/// A valid query of the collection that lies beside the repository, for tests of more than the grammar.
public struct CollectedQuery: Sendable {
    /// From 1.
    public let line: Int
    public let text: String
    /// Of the wire, not of a program with bindings.
    public let isOfAPI: Bool

    /// Nil where there is no collection.
    ///
    /// - Parameter besides: Lines whose verdict is wrong: they join conditions with `AND` and `OR` without parentheses, or
    ///   give `GROUPING` two fields.
    public static func all(besides wrong: Set<Int> = [124, 125]) -> [CollectedQuery]? {
        var repository = URL(filePath: #filePath)
        for _ in 0..<3 { repository.deleteLastPathComponent() }
        let file = repository.deletingLastPathComponent().appending(path: "shared/corpus/soql-dev.jsonl")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
        return text.split(separator: "\n").enumerated().compactMap { place, line in
            guard !wrong.contains(place + 1),
                let stored = try? JSONDecoder().decode(Stored.self, from: Data(line.utf8)), stored.valid
            else { return nil }
            return CollectedQuery(line: place + 1, text: stored.query, isOfAPI: stored.dialect == "api")
        }
    }

    /// The message of a test that is skipped for want of a collection.
    public static let absent = "There is no ../shared/corpus beside the repository."

    private struct Stored: Decodable {
        let query: String
        let valid: Bool
        let dialect: String
    }
}
