/// The terms of a text: what the search index holds of it.
///
/// Words of letters and digits as they are; runs of Japanese characters as pairs, so that any two or more characters
/// of a run are found; e-mail addresses whole besides their words; telephone numbers by their last seven digits.
/// Names give their beginnings as well. All are folded (``FoldedText``): case, width and kana do not count.
struct SearchTerms {
    private(set) var terms: Set<String> = []

    /// How a field is taken apart.
    enum Kind {
        case text
        /// Beginnings of words are terms too.
        case name
    }

    mutating func add(_ text: String, as kind: Kind) {
        let folded = FoldedText(text)
        addRuns(folded, kind)
        for address in EmailPattern.everyAddress(in: folded) { terms.insert("@" + Self.string(folded.folded[address])) }
        for digits in Self.numbers(in: folded) { terms.insert("#" + digits) }
    }

    /// The terms that a text searched for must have, all of them, besides what ``add(_:as:)`` makes: the last word may
    /// be only begun, so it is looked up as a beginning.
    static func searched(_ text: String) -> [[String]] {
        let folded = FoldedText(text)
        var groups: [[String]] = []
        for run in runs(folded) {
            let points = folded.folded[run.range]
            if run.isEastAsian {
                groups += pairs(points).map { [$0] }
            } else {
                let word = string(points)
                groups.append(word.count >= 2 && word.count <= prefixMax ? [word, "^" + word] : [word])
            }
        }
        for digits in numbers(in: folded) {
            // A number is found in any notation, so its groups of digits are not asked for as words.
            groups = groups.filter { group in !group.contains { $0.allSatisfy(\.isNumber) } }
            groups.append(["#" + digits])
        }
        return groups
    }

    /// The terms of a text whose last word may go on; nil when that word has fewer than two characters. Latin words are
    /// found so in names and e-mail addresses alone, whose beginnings are terms.
    static func begun(_ text: String) -> [[String]]? {
        let folded = FoldedText(text)
        guard let last = runs(folded).last, last.range.upperBound == folded.count, last.range.count > 1 else {
            return nil
        }
        let before = searched(string(folded.folded[..<last.range.lowerBound]))
        let points = folded.folded[last.range]
        guard !last.isEastAsian else { return before + pairs(points).map { [$0] } }
        return before + [["^" + string(points.prefix(prefixMax))]]
    }

    private mutating func addRuns(_ text: FoldedText, _ kind: Kind) {
        for run in Self.runs(text) {
            let points = text.folded[run.range]
            if run.isEastAsian {
                terms.formUnion(Self.pairs(points))
                // The last character, so that a search for a single one finds something at the ends of runs.
                if let last = points.last { terms.insert(Self.string([last])) }
                if let first = points.first { terms.insert(Self.string([first])) }
            } else {
                let word = Self.string(points)
                terms.insert(word)
                guard kind == .name else { continue }
                for length in 2...Self.prefixMax where length <= word.count { terms.insert("^" + word.prefix(length)) }
            }
        }
    }

    private static let prefixMax = 12
    private static let wordMax = 64

    private struct Run {
        let range: Range<Int>
        let isEastAsian: Bool
    }

    private static func runs(_ text: FoldedText) -> [Run] {
        var runs: [Run] = []
        var start = 0
        while start < text.count {
            let kind = text.classes[start]
            guard kind == .letter || kind == .digit || kind.isEastAsian else {
                start += 1
                continue
            }
            var end = start + 1
            if kind.isEastAsian {
                while end < text.count, text.classes[end].isEastAsian { end += 1 }
            } else {
                while end < text.count, text.classes[end] == .letter || text.classes[end] == .digit,
                    end - start < wordMax
                { end += 1 }
            }
            runs.append(Run(range: start..<end, isEastAsian: kind.isEastAsian))
            start = end
        }
        return runs
    }

    private static func pairs(_ points: ArraySlice<UInt32>) -> [String] {
        guard points.count > 1 else { return [string(points)] }
        return points.indices.dropLast().map { string(points[$0...$0 + 1]) }
    }

    /// The last seven digits of everything that may be a telephone number.
    private static func numbers(in text: FoldedText) -> [String] {
        var numbers: [String] = []
        var digits: [UInt32] = []
        var gap = 0
        for place in 0...text.count {
            let point = place < text.count ? text.folded[place] : 0
            if (48...57).contains(point) {
                digits.append(point)
                gap = 0
            } else if !digits.isEmpty, gap < 2, separators.contains(point) {
                gap += 1
            } else {
                if digits.count >= 7 { numbers.append(string(digits.suffix(7))) }
                digits = []
                gap = 0
            }
        }
        return numbers
    }

    private static let separators = Set(" -().".unicodeScalars.map(\.value))

    private static func string(_ points: some Sequence<UInt32>) -> String {
        var text = String.UnicodeScalarView()
        for point in points { if let scalar = Unicode.Scalar(point) { text.append(scalar) } }
        return String(text)
    }
}
