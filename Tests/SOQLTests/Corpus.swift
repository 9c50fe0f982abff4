import Foundation
import SOQL

/// The collected queries that lie beside the repository, where they are there.
struct Corpus: Sendable {
    struct Line: Sendable {
        let number: Int
        let query: String
        let isValid: Bool
        let dialect: Dialect
    }

    private struct Stored: Decodable {
        let query: String
        let valid: Bool
        let dialect: String
    }

    let lines: [Line]

    /// Lines 124 and 125 (from a formatter's tests) are wrong: they join conditions with `AND` and `OR` without
    /// parentheses, which the reference's grammar has no form for and the platform refuses, and they give `GROUPING`
    /// two fields, where it takes one.
    static let queries = Corpus(named: "soql-dev.jsonl", wrong: [124, 125])
    static let searches = Corpus(named: "sosl-dev.jsonl", wrong: [])

    /// The message of a test that is skipped for want of a corpus.
    static let absent = "There is no ../shared/corpus beside the repository."

    private init?(named name: String, wrong: Set<Int>) {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = repository.deletingLastPathComponent().appending(path: "shared/corpus/\(name)")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
        let decoder = JSONDecoder()
        lines = text.split(separator: "\n").enumerated().compactMap { index, line in
            guard let stored = try? decoder.decode(Stored.self, from: Data(line.utf8)) else { return nil }
            return Line(
                number: index + 1,
                query: stored.query,
                isValid: stored.valid && !wrong.contains(index + 1),
                dialect: stored.dialect == "api" ? .api : .apex
            )
        }
    }
}
