import Testing

@testable import Engine

/// What of a text is marked, and which piece of it is shown.
struct SnippetTests {
    private func marked(_ text: String, _ searched: String) -> String {
        let marks = SearchWords(SearchTerms.searched(searched)).marks(in: text)
        return SearchSnippet(field: "f", text: text, marks: marks).whole
            .map { $0.isMarked ? "[\($0.text)]" : $0.text }.joined()
    }

    @Test(arguments: [
        ("The Parcel and the parcels", "parcel", "The [Parcel] and the [parcel]s"),
        ("subparcel", "parcel", "subparcel"), ("髙橋花子と高橋", "高橋", "[髙橋]花子と[高橋]"),
        ("大阪市北区梅田", "大阪市 梅田", "[大阪市]北区[梅田]"), ("ｻﾄｳさん", "さとう", "[ｻﾄｳ]さん"),
        ("mail to Anna@Example.org now", "anna@example.org", "mail to [Anna@Example.org] now"),
        ("cafe\u{301} caf\u{E9}", "café", "[cafe\u{301}] [caf\u{E9}]"), ("nothing here", "other", "nothing here"),
        ("a b a. b a-c", "a b", "[a] [b] [a]. [b] [a]-c"), ("090-1234 (anna)", "anna 1234", "090-[1234] ([anna])"),
        ("👩‍👩‍👧 Sato 👍", "sato", "👩‍👩‍👧 [Sato] 👍"),
    ])
    func `words are marked as they are found`(text: String, searched: String, expected: String) {
        #expect(marked(text, searched) == expected)
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `the parts of a text are the text, and an excerpt is a piece of it`(seed: UInt64) {
        var random = ModelRandom(seed: seed)
        let words = ["parcel", "小包", "高橋", "e\u{301}", " ", "。", "<b>", "👍", "x", "parcels"]
        let text = (0..<random.number(0...200)).map { _ in random.one(of: words) }.joined()
        let snippet = SearchSnippet(
            field: "f", text: text, marks: SearchWords(SearchTerms.searched("parcel 高橋")).marks(in: text))
        #expect(snippet.whole.map(\.text).joined() == text)
        let length = random.number(1...80)
        let excerpt = snippet.excerpt(length: length).map(\.text).joined()
        let inner = excerpt.trimmingPrefix("...").reversed().trimmingPrefix("...").reversed()
        #expect(Array(text.unicodeScalars).contains(Array(String(inner).unicodeScalars)))
        #expect(excerpt.unicodeScalars.count <= length + 6)
        if !snippet.marks.isEmpty { #expect(snippet.excerpt(length: length).contains { $0.isMarked }) }
    }
}
