/// An e-mail address in a text; case does not count, and it must not be a part of a longer one.
struct EmailPattern: Sendable {
    let address: [UInt32]

    /// Nil when it has no `@`.
    init?(_ email: String) {
        address = FoldedText(email).folded
        guard address.contains(64), address.count >= 5 else { return nil }
    }

    func ranges(in text: FoldedText) -> [Range<Int>] {
        text.all(address).map { $0..<$0 + address.count }.filter { range in
            if range.lowerBound > 0, Self.isLocal(text, range.lowerBound - 1) { return false }
            return !Self.continuesDomain(text, range.upperBound)
        }
    }

    /// Every address in a text, whosever.
    static func everyAddress(in text: FoldedText) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for place in text.folded.indices where text.folded[place] == 64 {
            var start = place
            while start > 0, isLocal(text, start - 1) { start -= 1 }
            var end = place + 1
            while end < text.count, isDomain(text, end) { end += 1 }
            while end > place + 1, text.folded[end - 1] == 46 || text.folded[end - 1] == 45 { end -= 1 }
            if start < place, end > place + 1 { found.append(start..<end) }
        }
        return found
    }

    private static func isLocal(_ text: FoldedText, _ place: Int) -> Bool {
        switch text.classes[place] {
        case .digit, .letter: text.folded[place] < 0x80
        default: [46, 95, 37, 43, 45].contains(text.folded[place])
        }
    }

    private static func isDomain(_ text: FoldedText, _ place: Int) -> Bool {
        switch text.classes[place] {
        case .digit, .letter: text.folded[place] < 0x80
        default: text.folded[place] == 46 || text.folded[place] == 45
        }
    }

    private static func continuesDomain(_ text: FoldedText, _ place: Int) -> Bool {
        guard place < text.count else { return false }
        if text.folded[place] == 46 {
            return place + 1 < text.count && isDomain(text, place + 1) && text.folded[place + 1] != 46
        }
        return isDomain(text, place)
    }
}
