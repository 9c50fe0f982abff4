import Testing

/// Words that must not stand in certain files, and what to do instead.
struct Rule: CustomTestStringConvertible {
    let words: [String]
    let advice: String
    /// Paths that begin so are free of the rule: the seam itself.
    var except: [String] = []
    /// On the same line, this makes it right.
    var unless: String?
    var inComments = false

    var testDescription: String { words.joined(separator: ", ") }

    func findings(in file: Checkout.TextFile) -> [String] {
        guard !except.contains(where: file.path.hasPrefix) else { return [] }
        return file.lines.indices.compactMap { number in
            let line = file.lines[number]
            if !inComments, line.drop(while: { $0 == " " }).hasPrefix("//") { return nil }
            if let unless, line.contains(unless) { return nil }
            guard let word = words.first(where: { Self.stands($0, in: line) }) else { return nil }
            return file.finding(number, "`\(word)`: \(advice)")
        }
    }

    /// Whether a word is in a line, and not only as the end of a longer one.
    private static func stands(_ word: String, in line: Substring) -> Bool {
        var rest = line
        while let place = rest.firstRange(of: word) {
            let before = place.lowerBound == line.startIndex ? nil : line[line.index(before: place.lowerBound)]
            let isEndOfWord = before.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
            if !isEndOfWord || !(word.first?.isLetter ?? false) { return true }
            rest = rest[place.upperBound...]
        }
        return false
    }
}
