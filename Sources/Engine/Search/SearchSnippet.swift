/// A field of a hit, with what was found in it.
public struct SearchSnippet: Sendable, Equatable {
    public let field: String
    /// The whole text of the field.
    public let text: String
    /// What was searched, apart from one another and in their order: ranges of Unicode code points of ``text``. None where a
    /// search with wildcards found it.
    public let marks: [Range<Int>]

    /// A piece of a text, and whether it is something that was searched.
    public struct Part: Sendable, Equatable {
        public let text: String
        public let isMarked: Bool
    }

    /// How much of the text was searched, in code points.
    var markedCount: Int { marks.reduce(0) { $0 + $1.count } }

    /// The whole text in parts.
    public var whole: [Part] { parts(0..<text.unicodeScalars.count) }

    /// A piece of about `length` code points around the first mark; `...` stands where the text goes on.
    public func excerpt(length: Int) -> [Part] {
        let count = text.unicodeScalars.count
        guard count > length else { return whole }
        let first = marks.first?.lowerBound ?? 0
        // A third before the mark tells what it is about.
        let start = whole(max(0, min(first - length / 3, count - length)))
        let end = whole(min(count, start + length))
        let head = start > 0 ? [Part(text: "...", isMarked: false)] : []
        let tail = end < count ? [Part(text: "...", isMarked: false)] : []
        return head + parts(start..<end) + tail
    }

    /// A place at or before another one, at which no letter loses its accent.
    private func whole(_ place: Int) -> Int {
        let scalars = Array(text.unicodeScalars)
        var place = place
        while place > 0, place < scalars.count, scalars[place].properties.isGraphemeExtend { place -= 1 }
        return place
    }

    private func parts(_ range: Range<Int>) -> [Part] {
        let scalars = Array(text.unicodeScalars)
        func part(_ range: Range<Int>, isMarked: Bool) -> Part {
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars[range])
            return Part(text: String(text), isMarked: isMarked)
        }
        var parts: [Part] = []
        var place = range.lowerBound
        for mark in marks.map({ $0.clamped(to: range) }) where !mark.isEmpty {
            if mark.lowerBound > place { parts.append(part(place..<mark.lowerBound, isMarked: false)) }
            parts.append(part(mark, isMarked: true))
            place = mark.upperBound
        }
        if place < range.upperBound { parts.append(part(place..<range.upperBound, isMarked: false)) }
        return parts
    }
}

/// The words of a search, to be marked in texts.
struct SearchWords {
    private let words: [(points: [UInt32], isBegun: Bool)]

    /// - Parameter groups: Terms as ``SearchTerms/searched(_:)`` makes them.
    init(_ groups: [[String]]) {
        var words: [String: Bool] = [:]
        for term in groups.flatMap(\.self) {
            switch term.first {
            case "#": continue
            case "^": words[String(term.dropFirst())] = true
            case "@": words[String(term.dropFirst()), default: false] = false
            default: words[term, default: false] = words[term] ?? false
            }
        }
        self.words = words.map { (points: $0.key.unicodeScalars.map(\.value), isBegun: $0.value) }
    }

    /// Where they stand in a text, in code points; what touches is one, and so are the words of an address.
    func marks(in text: String) -> [Range<Int>] {
        let folded = FoldedText(text)
        var found: [Range<Int>] = []
        for word in words {
            for start in folded.all(word.points) {
                let end = start + word.points.count
                let isLatin = folded.classes[start] == .letter || folded.classes[start] == .digit
                if isLatin, joins(folded, start - 1, start) || !word.isBegun && joins(folded, end - 1, end) { continue }
                found.append(Int(folded.origins[start])..<Int(folded.origins[end]))
            }
        }
        var merged: [Range<Int>] = []
        for mark in found.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, mark.lowerBound <= last.upperBound || isOne(folded, last, mark) {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, mark.upperBound)
            } else {
                merged.append(mark)
            }
        }
        return merged
    }

    /// Whether two marks are parts of an address or the like: one sign is between them, and no space.
    private func isOne(_ text: FoldedText, _ left: Range<Int>, _ right: Range<Int>) -> Bool {
        guard right.lowerBound == left.upperBound + 1,
            let place = text.origins.firstIndex(of: Int32(left.upperBound)), place < text.count
        else { return false }
        return Self.joints.contains(text.folded[place])
    }

    private static let joints = Set("@._-+'".unicodeScalars.map(\.value))

    /// Whether two neighbours are of one word.
    private func joins(_ text: FoldedText, _ left: Int, _ right: Int) -> Bool {
        guard left >= 0, right < text.count else { return false }
        return [left, right].allSatisfy { text.classes[$0] == .letter || text.classes[$0] == .digit }
    }
}
