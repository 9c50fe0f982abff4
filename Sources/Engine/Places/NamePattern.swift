/// A person's name in a text: whole in either order, or the family or given name with what makes it an address.
struct NamePattern: Sendable {
    private let last: [UInt32]
    private let first: [UInt32]
    private let isEastAsian: Bool
    private let isKana: Bool

    /// Nil when there is no family name.
    init?(_ name: PersonName) {
        last = FoldedText(name.last).folded
        first = FoldedText(name.first).folded
        guard !last.isEmpty else { return nil }
        let scalars = (name.last + name.first).unicodeScalars.map { CharacterClass($0.value) }
        isEastAsian = scalars.contains { $0.isEastAsian }
        isKana = scalars.allSatisfy { $0 == .katakana || $0 == .hiragana || $0 == .space }
    }

    /// Family and given name together, in either order.
    func wholes(in text: FoldedText) -> [Range<Int>] {
        guard !first.isEmpty else { return [] }
        return pairs(last, first, in: text) + pairs(first, last, in: text)
    }

    /// The family name where an honorific makes it a person: `佐藤様`, `Ms Miller`, `Frau Müller`. The honorific of
    /// Japanese is part of what is found, since it says alone that somebody was named.
    func honoured(in text: FoldedText) -> [Range<Int>] {
        guard isEastAsian else { return titled(in: text) }
        return text.all(last).compactMap { place in
            guard isLeftBorder(text, place, of: last), let end = honorific(text, place + last.count) else { return nil }
            return place..<end
        }
    }

    /// The given name with an honorific or a greeting: `花子さん`, `Dear Mary`. Only ever in the person's own thread.
    func givenHonoured(in text: FoldedText) -> [Range<Int>] {
        guard first.count >= 2 else { return [] }
        return text.all(first).compactMap { place in
            if !isEastAsian {
                guard isLatinWord(text, place..<place + first.count),
                    Self.greetings.contains(where: { precedes(text, $0, place) }),
                    !isFollowedByName(text, place + first.count)
                else { return nil }
                return place..<place + first.count
            }
            // With a blank before it there may be another family name: `田中 健一さん`.
            guard place == 0 || !(text.classes[place - 1].isEastAsian || text.classes[place - 1] == .space),
                let end = honorific(text, place + first.count)
            else { return nil }
            return place..<end
        }
    }

    /// The bare family name as a word, for where something stronger stands beside it, and for names of organisations.
    func families(in text: FoldedText) -> [Range<Int>] {
        text.all(last).map { $0..<$0 + last.count }.filter { range in
            guard isEastAsian else { return isLatinWord(text, range) }
            return isLeftBorder(text, range.lowerBound, of: last)
        }
    }

    /// The family name in the name of an organisation: `佐藤商店`, `Smith & Sons`. A family name of one character is
    /// also a common noun (林業), so there a word for a business must follow.
    func organisations(in text: FoldedText) -> [Range<Int>] {
        families(in: text).filter { range in
            guard isEastAsian, last.count == 1 else { return true }
            return Self.businesses.contains { text.matches($0, at: range.upperBound) }
        }
    }

    private func pairs(_ head: [UInt32], _ tail: [UInt32], in text: FoldedText) -> [Range<Int>] {
        text.all(head).compactMap { place in
            guard let start = separator(text, place + head.count, isFamilyFirst: head == last),
                text.matches(tail, at: start)
            else { return nil }
            let range = place..<start + tail.count
            if isEastAsian {
                guard isLeftBorder(text, place, of: head), isRightBorder(text, range.upperBound) else { return nil }
            } else {
                guard isLatinWord(text, range) else { return nil }
            }
            return range
        }
    }

    /// What may stand between two parts of a name; the place after it, or nil.
    private func separator(_ text: FoldedText, _ place: Int, isFamilyFirst: Bool) -> Int? {
        var cursor = place
        if isEastAsian {
            if cursor < text.count, text.classes[cursor] == .space || text.folded[cursor] == 0x30FB { cursor += 1 }
            return cursor
        }
        if isFamilyFirst, cursor < text.count, text.folded[cursor] == 44 { cursor += 1 }
        let blanks = cursor
        while cursor < text.count, cursor - blanks < 3, text.classes[cursor] == .space { cursor += 1 }
        guard cursor > blanks else { return nil }
        // One middle initial: `Mary J. Miller`.
        if cursor + 2 < text.count, text.classes[cursor] == .letter, text.folded[cursor + 1] == 46,
            text.classes[cursor + 2] == .space, !text.matches(first, at: cursor), !text.matches(last, at: cursor)
        {
            cursor += 3
        }
        return cursor
    }

    private func isLatinWord(_ text: FoldedText, _ range: Range<Int>) -> Bool {
        func isWord(_ place: Int) -> Bool {
            text.indices.contains(place) && (text.classes[place] == .letter || text.classes[place] == .digit)
        }
        func joins(_ place: Int) -> Bool { text.indices.contains(place) && [39, 45].contains(text.folded[place]) }
        let before = range.lowerBound - 1
        if isWord(before) || (joins(before) && isWord(before - 1)) { return false }
        let after = range.upperBound
        if isWord(after) { return false }
        guard joins(after), isWord(after + 1) else { return true }
        // `Miller's` is Miller; `Miller-Jones` and `Miller'sson` are not.
        return text.folded[after] == 39 && text.folded[after + 1] == 115 && !isWord(after + 2)
    }

    /// Japanese sets no blanks, so a name ends where its script does: 山田 in 小山田 is another name. Nouns that stand
    /// before names (本日, 担当者) are let through, but not before a family name of one character.
    private func isLeftBorder(_ text: FoldedText, _ place: Int, of name: [UInt32]) -> Bool {
        guard place > 0 else { return true }
        switch text.classes[place - 1] {
        case .kanji: return !isKana && name.count > 1 && Self.nounsBefore.contains(text.folded[place - 1])
        case .katakana: return !isKana
        default: return true
        }
    }

    private func isRightBorder(_ text: FoldedText, _ place: Int) -> Bool {
        guard place < text.count else { return true }
        switch text.classes[place] {
        case .kanji: return Self.nounsAfter.contains(text.folded[place])
        case .katakana: return !isKana
        default: return true
        }
    }

    private func honorific(_ text: FoldedText, _ place: Int) -> Int? {
        var cursor = place
        if cursor < text.count, text.folded[cursor] == 32 { cursor += 1 }
        for word in Self.honorifics where text.matches(word, at: cursor) { return cursor + word.count }
        return nil
    }

    private func titled(in text: FoldedText) -> [Range<Int>] {
        text.all(last).compactMap { place in
            let range = place..<place + last.count
            guard isLatinWord(text, range), Self.titles.contains(where: { precedes(text, $0, place) }) else {
                return nil
            }
            return range
        }
    }

    /// Whether a word stands right before a place, with or without a full stop and a blank.
    private func precedes(_ text: FoldedText, _ word: [UInt32], _ place: Int) -> Bool {
        var cursor = place
        guard cursor > 0, text.classes[cursor - 1] == .space else { return false }
        cursor -= 1
        if cursor > 0, text.folded[cursor - 1] == 46 { cursor -= 1 }
        let start = cursor - word.count
        return text.matches(word, at: start) && (start == 0 || text.classes[start - 1] != .letter)
    }

    /// Whether another capitalised word follows, as in `Dear Mary Jones`.
    private func isFollowedByName(_ text: FoldedText, _ place: Int) -> Bool {
        place + 1 < text.count && text.folded[place] == 32 && text.classes[place + 1] == .letter
    }

    private static func words(_ list: String) -> [[UInt32]] {
        list.split(separator: " ").map { FoldedText(String($0)).folded }
    }
    private static let honorifics = words("様 さま さん 氏 殿 どの 君 くん ちゃん 先生 夫妻 御一家 ご夫妻")
    private static let titles = words(
        "mr mrs ms miss mx dr prof herr herrn frau m mme mlle "
            + "monsieur madame sig signora signor sr sra senhor senhora señor señora pan paní"
    )
    private static let greetings = words("dear hi hello hallo liebe lieber cher chère caro cara olá ciao")
    private static let businesses = words(
        "商店 商会 商事 家 医院 歯科 工務店 製作所 工業 建設 酒店 書店 薬局 農園 組 事務所 株式会社 クリニック"
    )
    private static let nounsBefore = Set(
        "者日居当客妻夫母父弟姉妹兄主名先方件員回娘息社".unicodeScalars.map { FoldedText(String($0)).folded[0] })
    private static let nounsAfter = Set("様氏殿君先宛分方本名夫御邸宅家は".unicodeScalars.map { FoldedText(String($0)).folded[0] })
}

extension FoldedText {
    var indices: Range<Int> { folded.indices }
}
