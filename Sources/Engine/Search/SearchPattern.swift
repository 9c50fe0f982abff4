import Records
import SOQL

/// What a search looks for: first in the index, then in the fields of each record that the index names.
struct SearchPattern: Sendable {
    /// Ways to be found; each asks for one term of every group. What they name is still compared with ``matches(_:)``.
    let alternatives: [[[String]]]
    /// What is to be marked in the texts that hold it.
    let words: SearchWords
    private let test: Test

    private indirect enum Test: Sendable {
        /// One term of every group.
        case terms([[String]])
        case glob(SearchGlob)
        case all([Test])
        case any([Test])
        case not(Test)
    }

    /// More alternatives are refused: each is a question of its own to the index.
    static let alternativesMax = 64

    /// All words of a text.
    /// - Throws: `INVALID_SEARCH` for a text without a letter or digit.
    init(text: String) throws {
        let groups = SearchTerms.searched(text)
        guard !groups.isEmpty else { throw Self.withoutLetter }
        alternatives = [groups]
        test = .terms(groups)
        words = SearchWords(groups)
    }

    /// What stands inside the braces of `FIND {…}`.
    /// - Throws: `INVALID_SEARCH` for a part without two letters or digits before its first wildcard, and for one of too
    ///   many alternatives.
    init(_ expression: SearchExpression) throws {
        (alternatives, test) = try Self.read(expression)
        words = SearchWords(Self.terms(of: test))
        guard alternatives.allSatisfy({ !$0.isEmpty }) else { throw Self.withoutLetter }
    }

    private static func read(_ expression: SearchExpression) throws -> ([[[String]]], Test) {
        switch expression {
        case .word(let word):
            guard let text = word.plain else { return ([try beginnings([word])], .glob(SearchGlob([word]))) }
            let groups = SearchTerms.searched(text)
            return ([groups], .terms(groups))
        case .phrase(let words):
            if let number = number(words) { return ([number], .terms(number)) }
            return ([try beginnings(words)], .glob(SearchGlob(words)))
        case .any(let items):
            let parts = try items.map(read)
            return (try checked(parts.flatMap(\.0)), .any(parts.map(\.1)))
        case .all(let items):
            var (alternatives, tests): ([[[String]]], [Test]) = ([[]], [])
            for item in items {
                let (next, test) = try read(item)
                tests.append(test)
                if case .not = item { continue }
                alternatives = try checked(alternatives.flatMap { head in next.map { head + $0 } })
            }
            return (alternatives, .all(tests))
        // What is not to be found is not asked of the index.
        case .not(let item): return ([[]], .not(try read(item).1))
        }
    }

    /// The terms of a telephone number, which is found in any notation, in quotes as well.
    private static func number(_ words: [SearchWord]) -> [[String]]? {
        let texts = words.compactMap(\.plain)
        guard texts.count == words.count else { return nil }
        let groups = SearchTerms.searched(texts.joined(separator: " "))
        return !groups.isEmpty && groups.allSatisfy({ $0.allSatisfy { $0.hasPrefix("#") } }) ? groups : nil
    }

    /// The terms of the words as far as their first wildcards.
    private static func beginnings(_ words: [SearchWord]) throws -> [[String]] {
        try words.flatMap { word -> [[String]] in
            if let text = word.plain { return SearchTerms.searched(text) }
            guard case .text(let text) = word.parts[0], let groups = SearchTerms.begun(text) else {
                throw PlatformError(
                    .invalidSearch, "A word has at least two letters or digits before its first * or ?.")
            }
            return groups
        }
    }

    /// What is searched for word by word, and not kept away.
    private static func terms(of test: Test) -> [[String]] {
        switch test {
        case .terms(let groups): groups
        case .all(let tests), .any(let tests): tests.flatMap(terms)
        case .glob, .not: []
        }
    }

    private static func checked(_ alternatives: [[[String]]]) throws -> [[[String]]] {
        guard alternatives.count <= alternativesMax else {
            throw PlatformError(.invalidSearch, "A search has at most \(alternativesMax) combinations of AND and OR.")
        }
        return alternatives
    }

    private static let withoutLetter = PlatformError(.invalidSearch, "A search has at least one letter or digit.")

    /// Whether a record's fields hold what is looked for.
    func matches(_ texts: SearchedTexts) -> Bool { Self.holds(test, texts) }

    /// Whether they hold a part of it.
    func touches(_ texts: SearchedTexts) -> Bool { Self.touches(test, texts) }

    private static func holds(_ test: Test, _ texts: SearchedTexts) -> Bool {
        switch test {
        case .terms(let groups): groups.allSatisfy { $0.contains(where: texts.terms.contains) }
        case .glob(let glob): texts.folded.contains(where: glob.matches)
        case .all(let tests): tests.allSatisfy { holds($0, texts) }
        case .any(let tests): tests.contains { holds($0, texts) }
        case .not(let test): !holds(test, texts)
        }
    }

    private static func touches(_ test: Test, _ texts: SearchedTexts) -> Bool {
        switch test {
        case .terms(let groups): groups.contains { $0.contains(where: texts.terms.contains) }
        case .glob: holds(test, texts)
        case .all(let tests), .any(let tests): tests.contains { touches($0, texts) }
        case .not: false
        }
    }
}

/// Fields of a record as they are searched.
final class SearchedTexts {
    private let fields: [(field: Field, text: String)]
    private(set) lazy var terms = SearchIndex.terms(of: fields.map(\.text), fields.map(\.field))
    private(set) lazy var folded = fields.map { FoldedText($0.text) }

    init(_ fields: [(field: Field, text: String)]) { self.fields = fields }
}
