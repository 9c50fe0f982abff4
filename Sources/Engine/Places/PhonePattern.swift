/// A telephone number, found in a text in whatever way it is written.
///
/// `090-1234-5678`, `(090) 1234 5678`, `+81 90 1234 5678`, `+81 (0)90…` and `0081 90…` are one number: the digits after
/// the country code and the trunk zero are compared, and what stands before them must be one of the two.
struct PhonePattern: Sendable {
    /// The national number without the trunk zero, as code points of digits.
    let digits: [UInt32]
    /// With the country code, where the number tells it.
    let countryCode: [UInt32]?
    private let isTrunkOptional: Bool

    /// Nil for fewer than seven digits, which name nobody.
    init?(_ number: String) {
        let text = FoldedText(number).folded
        var all = text.filter { (48...57).contains($0) }
        guard all.count >= 7 else { return nil }
        var hasCode = text.first { $0 != 32 && $0 != 40 } == 43
        if !hasCode, all.starts(with: [48, 48]) {
            hasCode = true
            all.removeFirst(2)
        }
        if hasCode {
            let length = Self.countryCodeLength(all)
            let code = Array(all.prefix(length))
            var rest = Array(all.dropFirst(length))
            // Italy keeps its zero after the code; `(0)` is a note for those who dial at home.
            if rest.first == 48, code != [51, 57] { rest.removeFirst() }
            digits = rest
            countryCode = code
            isTrunkOptional = code == [49]
        } else if all.first == 48 {
            digits = Array(all.dropFirst())
            countryCode = nil
            isTrunkOptional = false
        } else {
            digits = all
            countryCode = nil
            isTrunkOptional = true
        }
        guard digits.count >= 6 else { return nil }
    }

    /// Where the number stands in a text.
    func ranges(in text: FoldedText) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var place = 0
        while place + digits.count <= text.count {
            if text.folded[place] == digits[0], let end = end(in: text, from: place),
                let start = start(in: text, before: place)
            {
                found.append(start..<end)
                place = end
            } else {
                place += 1
            }
        }
        return found
    }

    /// Whether another notation is of the same number.
    func equals(_ number: String) -> Bool {
        let text = FoldedText(number)
        guard let range = ranges(in: text).first else { return false }
        let outside = text.folded[..<range.lowerBound] + text.folded[range.upperBound...]
        return !outside.contains { (48...57).contains($0) }
    }

    /// Follows the digits over separators; nil when another digit comes, or goes on after them.
    private func end(in text: FoldedText, from start: Int) -> Int? {
        var place = start
        for (index, digit) in digits.enumerated() {
            if index > 0 {
                var skipped = 0
                while place < text.count, skipped < 3, Self.isSeparator(text.folded[place]) {
                    place += 1
                    skipped += 1
                }
            }
            guard place < text.count, text.folded[place] == digit else { return nil }
            place += 1
        }
        if place < text.count, text.classes[place] == .digit { return nil }
        if place + 1 < text.count, text.folded[place] == 45, text.classes[place + 1] == .digit { return nil }
        return place
    }

    /// Takes in the trunk zero or the country code before the digits; nil when what stands there makes it another
    /// number.
    private func start(in text: FoldedText, before place: Int) -> Int? {
        var groups: [(start: Int, digits: [UInt32])] = []
        var cursor = place
        var isOpen = false
        while cursor > 0, place - cursor < 12, groups.count < 4 {
            let before = text.folded[cursor - 1]
            if before == 43 {
                let code = groups.reversed().flatMap(\.digits)
                return acceptsInternational(code) ? cursor - 1 : nil
            }
            if text.classes[cursor - 1] == .digit {
                if isOpen {
                    groups[groups.count - 1].start = cursor - 1
                    groups[groups.count - 1].digits.insert(before, at: 0)
                } else {
                    groups.append((cursor - 1, [before]))
                }
                isOpen = true
            } else if Self.isSeparator(before) {
                isOpen = false
            } else {
                break
            }
            cursor -= 1
        }
        for taken in stride(from: groups.count, to: 0, by: -1) {
            let prefix = groups[..<taken].reversed().flatMap(\.digits)
            let start = groups[taken - 1].start
            if acceptsNational(prefix), isBorder(text, before: start) { return opening(text, start) }
        }
        guard isTrunkOptional, isBorder(text, before: place) else { return nil }
        return opening(text, place)
    }

    private func acceptsInternational(_ code: [UInt32]) -> Bool {
        let bare = code.count > 1 && code.last == 48 ? Array(code.dropLast()) : code
        return isCode(code) || isCode(bare)
    }

    private func isCode(_ code: [UInt32]) -> Bool {
        guard (1...3).contains(code.count), code.first != 48 else { return false }
        return countryCode.map { $0 == code } ?? (Self.countryCodeLength(code) == code.count)
    }

    private func acceptsNational(_ prefix: [UInt32]) -> Bool {
        if prefix == [48] || prefix == (countryCode ?? Self.japan) { return true }
        return prefix.starts(with: [48, 48]) && acceptsInternational(Array(prefix.dropFirst(2)))
    }

    private func isBorder(_ text: FoldedText, before place: Int) -> Bool {
        place == 0 || (text.classes[place - 1] != .digit && text.classes[place - 1] != .letter)
    }

    /// The bracket of `(090) …` belongs to the number.
    private func opening(_ text: FoldedText, _ start: Int) -> Int {
        start > 0 && text.folded[start - 1] == 40 && text.folded[start...].prefix(6).contains(41) ? start - 1 : start
    }

    private static let japan: [UInt32] = [56, 49]

    private static func isSeparator(_ value: UInt32) -> Bool {
        switch value {
        case 32, 45, 46, 40, 41, 0x30FC, 0xB7: true
        default: false
        }
    }

    /// ITU-T E.164: how many digits the country code at the start has.
    private static func countryCodeLength(_ digits: [UInt32]) -> Int {
        guard digits.count >= 2 else { return digits.count }
        let two = Int(digits[0] - 48) * 10 + Int(digits[1] - 48)
        if digits[0] == 49 || digits[0] == 55 { return 1 }
        switch two {
        case 20, 27, 28, 30...34, 36, 39, 40, 41, 43...49, 51...58, 60...66, 81, 82, 84, 86, 90...95, 98: return 2
        default: return 3
        }
    }
}
