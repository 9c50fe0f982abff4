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
        Self.each(of: text, as: kind) { terms.insert(String(decoding: $0, as: UTF8.self)) }
    }

    /// Hands on the terms of a text as UTF-8, some of them more than once. The bytes are gone when `body` returns.
    static func each(of text: String, as kind: Kind, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        let folded = FoldedText(text)
        // No term is longer than the whole, in UTF-8 and with its mark.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4 * folded.count + 1) { room in
            withoutActuallyEscaping(body) { body in
                let term = TermBuffer(room: room, body: body)
                for run in runs(folded) { each(of: run, of: folded, as: kind, term) }
                if folded.folded.contains(0x40) {
                    for address in EmailPattern.everyAddress(in: folded) { term.tell("@", folded.folded[address]) }
                }
                eachNumber(in: folded) { term.tell("#", $0) }
            }
        }
    }

    private static func each(of run: Run, of text: FoldedText, as kind: Kind, _ term: TermBuffer) {
        let points = text.folded[run.range]
        guard run.isEastAsian else {
            term.tell(nil, points)
            if kind == .name { eachBeginning(of: points, term) }
            return
        }
        if points.count == 1 { term.tell(nil, points) }
        for place in points.indices.dropLast() { term.tell(nil, points[place...place + 1]) }
        // The first and the last character, so that a search for a single one finds something at the ends of runs.
        term.tell(nil, points.prefix(1))
        term.tell(nil, points.suffix(1))
    }

    private static func eachBeginning(of points: ArraySlice<UInt32>, _ term: TermBuffer) {
        // From here on letters may have marks that belong to them.
        guard points.allSatisfy({ $0 < 0x300 }) else {
            let word = string(points)
            for length in 2...prefixMax where length <= word.count {
                term.tell("^", ArraySlice(word.prefix(length).unicodeScalars.map(\.value)))
            }
            return
        }
        for length in 2...prefixMax where length <= points.count { term.tell("^", points.prefix(length)) }
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
        var numbers: [String] = []
        eachNumber(in: folded) { numbers.append(string($0)) }
        for digits in numbers {
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
        return before + [["^" + string(points).prefix(prefixMax)]]
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
    private static func eachNumber(in text: FoldedText, _ body: (ArraySlice<UInt32>) -> Void) {
        guard text.folded.count(where: { (48...57).contains($0) }) >= 7 else { return }
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
                if digits.count >= 7 { body(digits.suffix(7)) }
                digits.removeAll(keepingCapacity: true)
                gap = 0
            }
        }
    }

    private static let separators = Set(" -().".unicodeScalars.map(\.value))

    private static func string(_ points: some Sequence<UInt32>) -> String {
        var text = String.UnicodeScalarView()
        for point in points { if let scalar = Unicode.Scalar(point) { text.append(scalar) } }
        return String(text)
    }
}

/// Room for one term after the other.
private struct TermBuffer {
    let room: UnsafeMutableBufferPointer<UInt8>
    let body: (UnsafeBufferPointer<UInt8>) -> Void

    /// - Parameter mark: ASCII; tells kinds of terms apart.
    func tell(_ mark: Unicode.Scalar?, _ points: ArraySlice<UInt32>) {
        var count = 0
        if let mark {
            room[0] = UInt8(mark.value)
            count = 1
        }
        for point in points {
            if point < 0x80 {
                room[count] = UInt8(point)
                count += 1
            } else if let scalar = Unicode.Scalar(point) {
                for byte in UTF8.encode(scalar).unsafelyUnwrapped {
                    room[count] = byte
                    count += 1
                }
            }
        }
        body(UnsafeBufferPointer(rebasing: room[..<count]))
    }
}
