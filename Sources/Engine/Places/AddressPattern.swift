/// A postal address in a text: the street, with the city, state, postal code and country that stand around it.
struct AddressPattern: Sendable {
    private let street: [UInt32]
    private let around: [[UInt32]]

    /// Nil when the street alone could be anybody's: it needs five characters and a digit.
    init?(_ address: PostalAddress) {
        street = FoldedText(address.street).folded
        guard street.count >= 5, street.contains(where: { (48...57).contains($0) }) else { return nil }
        var parts = [address.city, address.state, address.postalCode, address.country]
        parts.append(String(address.postalCode.filter { $0 != "-" && $0 != " " }))
        around = Set(parts.filter { !$0.isEmpty }).map { FoldedText($0).folded }.sorted { $0.count > $1.count }
    }

    func ranges(in text: FoldedText) -> [Range<Int>] {
        text.all(street).compactMap { place in
            var range = place..<place + street.count
            guard isWhole(text, range) else { return nil }
            while let wider = widened(range, in: text) { range = wider }
            return range
        }
    }

    /// A street number must not be the tail of another: `12 High Street` in `112 High Street`.
    private func isWhole(_ text: FoldedText, _ range: Range<Int>) -> Bool {
        func joins(_ a: Int, _ b: Int) -> Bool {
            guard a >= 0, b < text.count else { return false }
            let pair = (text.classes[a], text.classes[b])
            return pair == (.digit, .digit) || (pair.0 == .letter && pair.1 == .letter) || pair == (.digit, .letter)
        }
        return !joins(range.lowerBound - 1, range.lowerBound) && !joins(range.upperBound - 1, range.upperBound)
    }

    private func widened(_ range: Range<Int>, in text: FoldedText) -> Range<Int>? {
        var before = range.lowerBound
        var after = range.upperBound
        for _ in 0...3 {
            for part in around where text.matches(part, at: before - part.count) && before < range.upperBound {
                let start = before - part.count
                return (start > 0 && text.folded[start - 1] == 0x3012 ? start - 1 : start)..<range.upperBound
            }
            for part in around where text.matches(part, at: after) { return range.lowerBound..<after + part.count }
            if before > 0, Self.isSeparator(text.folded[before - 1]) { before -= 1 }
            if after < text.count, Self.isSeparator(text.folded[after]) { after += 1 }
        }
        return nil
    }

    private static func isSeparator(_ value: UInt32) -> Bool {
        [32, 44, 10, 13, 0x3001, 0x3012, 45].contains(value)
    }
}
