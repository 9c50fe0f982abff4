import AzukariTesting
import Testing

@testable import Engine

struct TermNumbersTests {
    /// Terms as their description says, made in the plainest way.
    private static func terms(_ text: String, as kind: SearchTerms.Kind) -> Set<String> {
        func string(_ points: some Sequence<UInt32>) -> String {
            String(String.UnicodeScalarView(points.compactMap { Unicode.Scalar($0) }))
        }
        let folded = FoldedText(text)
        var terms: Set<String> = []
        var place = 0
        while place < folded.count {
            let isEastAsian = folded.classes[place].isEastAsian
            let isWord = [.letter, .digit].contains(folded.classes[place])
            var end = place
            while end < folded.count, end - place < (isWord ? 64 : .max),
                isEastAsian && folded.classes[end].isEastAsian
                    || isWord && [.letter, .digit].contains(folded.classes[end])
            { end += 1 }
            let run = Array(folded.folded[place..<end])
            if isEastAsian {
                for start in run.indices.dropLast() { terms.insert(string(run[start...start + 1])) }
                terms.formUnion([string(run.prefix(1)), string(run.suffix(1))])
            } else if isWord {
                let word = string(run)
                terms.insert(word)
                if kind == .name {
                    for length in 2...12 where length <= word.count { terms.insert("^" + word.prefix(length)) }
                }
            }
            place = max(end, place + 1)
        }
        for address in EmailPattern.everyAddress(in: folded) { terms.insert("@" + string(folded.folded[address])) }
        // Digits with at most one or two separators between them.
        for number in string(folded.folded).matches(of: /[0-9](?:[ \-().]{0,2}[0-9])*/) {
            let digits = number.output.filter { $0.isASCII && $0.isNumber }
            if digits.count >= 7 { terms.insert("#" + digits.suffix(7)) }
        }
        return terms
    }

    private static let pieces = [
        "Anna", "Müller-Lüdenscheidt", "O’Brien", "anna.fischer@example.org", "a@b", "@", "090-1234-5678",
        "０３（１２３４）５６７８", "12 34",
        "1 (555) 0142-7788", "--", "..", "髙橋", "高", "タナカ", "ﾀﾅｶ様", "たなか", "小包が届かない。", "हिन्दी", "Ελλάδα", "Ёлка",
        "e\u{301}te\u{301}",
        "한국", "🙂", "👩‍👩‍👧", "\n", "\u{0}", "x", "supercalifragilisticexpialidocious", String(repeating: "ab1", count: 50),
        "_", "ǅ", "ﬁ", "İ",
    ]

    @Test(arguments: [SearchTerms.Kind.text, .name])
    func `a record's numbers are those of its terms, each once and in order`(kind: SearchTerms.Kind) {
        var random = ModelRandom(seed: 41)
        let hash = TermHash(key: Array(0..<32))
        let numbers = TermNumbers(hash)
        for _ in 0..<2_000 {
            let texts = (0..<random.number(1...4)).map { _ in
                (0..<random.number(0...6)).map { _ in random.one(of: Self.pieces) }.joined(
                    separator: random.one(of: ["", " ", "、"]))
            }
            var terms: Set<String> = []
            for text in texts {
                let plain = Self.terms(text, as: kind)
                var made = SearchTerms()
                made.add(text, as: kind)
                #expect(made.terms == plain, "\(text)")
                terms.formUnion(plain)
                numbers.add(text, as: kind)
            }
            #expect(numbers.take() == terms.map { hash.number(of: $0) }.sorted())
        }
    }

    @Test func `postings are sorted by term, those of a term in the order they came`() {
        var random = ModelRandom(seed: 42)
        for count in [0, 1, 2, 10, 1_000, 20_000] {
            // Some terms differ in their lowest bits alone.
            let terms = (0..<max(1, count / 5)).map { _ in
                random.chance(50) ? Int64(random.number(-3...3)) : Int64.random(in: .min ... .max, using: &random)
            }
            let postings = (0..<count).map { (term: random.one(of: terms), record: Int64($0)) }
            let sorted = PostingSort.sorted(postings)
            let expected = postings.sorted { ($0.term, $0.record) < ($1.term, $1.record) }
            #expect(sorted.map(\.term) == expected.map(\.term) && sorted.map(\.record) == expected.map(\.record))
        }
    }
}
