import Foundation

/// A text as code points made comparable, each with the place in the original text where it began.
///
/// Folded away: case, full and half width, katakana and hiragana, the variants in which Japanese family names are
/// written (髙橋 for 高橋), typographic apostrophes and dashes, and the two ways to write an accent. Diacritics stay:
/// Müller and Muller are two names.
struct FoldedText: Sendable {
    /// The folded code points.
    let folded: [UInt32]
    /// For each folded code point the offset, in code points of the original, where it began; one more for the end.
    let origins: [Int32]
    /// What the code point was before kana and case were folded, to tell where words end.
    let classes: [CharacterClass]

    init(_ text: String) {
        var folded: [UInt32] = []
        var origins: [Int32] = []
        var classes: [CharacterClass] = []
        let count = text.utf8.count
        folded.reserveCapacity(count)
        origins.reserveCapacity(count + 1)
        classes.reserveCapacity(count)
        var offset: Int32 = 0
        for scalar in text.unicodeScalars {
            defer { offset += 1 }
            let value = scalar.value
            if let last = folded.last, Self.isCombining(value), let whole = Self.compose(last, value) {
                folded[folded.count - 1] = whole
                continue
            }
            origins.append(offset)
            classes.append(CharacterClass(value))
            folded.append(Self.fold(scalar))
        }
        origins.append(offset)
        self.folded = folded
        self.origins = origins
        self.classes = classes
    }

    var count: Int { folded.count }

    /// Whether `pattern` stands at `place`.
    func matches(_ pattern: [UInt32], at place: Int) -> Bool {
        guard place >= 0, place + pattern.count <= folded.count else { return false }
        for index in pattern.indices where folded[place + index] != pattern[index] { return false }
        return true
    }

    /// Where a pattern begins, from `start` on.
    func first(_ pattern: [UInt32], from start: Int) -> Int? {
        guard let head = pattern.first, folded.count >= pattern.count else { return nil }
        var place = start
        let last = folded.count - pattern.count
        while place <= last {
            if folded[place] == head, matches(pattern, at: place) { return place }
            place += 1
        }
        return nil
    }

    /// Every place where a pattern begins, without overlaps.
    func all(_ pattern: [UInt32]) -> [Int] {
        var found: [Int] = []
        var from = 0
        while let place = first(pattern, from: from) {
            found.append(place)
            from = place + pattern.count
        }
        return found
    }

    private static func isCombining(_ value: UInt32) -> Bool {
        (0x300...0x36F).contains(value) || value == 0x3099 || value == 0x309A || value == 0xFF9E || value == 0xFF9F
    }

    /// The letter that a base and a mark are together; nil when they stay two.
    private static func compose(_ base: UInt32, _ mark: UInt32) -> UInt32? {
        let plain: UInt32 = mark == 0xFF9E ? 0x3099 : mark == 0xFF9F ? 0x309A : mark
        guard let base = Unicode.Scalar(base), let mark = Unicode.Scalar(plain) else { return nil }
        var pair = String.UnicodeScalarView()
        pair.append(base)
        pair.append(mark)
        let whole = String(pair).precomposedStringWithCanonicalMapping.unicodeScalars
        return whole.count == 1 ? whole.first?.value : nil
    }

    private static func fold(_ scalar: Unicode.Scalar) -> UInt32 {
        let value = scalar.value
        switch value {
        case 0x41...0x5A: return value + 0x20
        case 0..<0x80: return value
        case 0xFF21...0xFF3A: return value - 0xFEE0 + 0x20
        case 0xFF01...0xFF5E: return value - 0xFEE0
        case 0x3000, 0xA0: return 0x20
        case 0x3041...0x3096: return value + 0x60
        case 0xFF66...0xFF9D: return halfWidthKana[Int(value - 0xFF66)]
        case 0x2018, 0x2019, 0x02BC: return 0x27
        case 0x2010...0x2015, 0x2212: return 0x2D
        default: break
        }
        if value >= 0x3400 { return nameVariants[value] ?? value }
        let lowered = scalar.properties.lowercaseMapping.unicodeScalars
        return lowered.count == 1 ? lowered.first?.value ?? value : value
    }

    private static let halfWidthKana: [UInt32] =
        "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
        .unicodeScalars.map(\.value)

    /// Older and rarer forms of characters of Japanese names, to the common one.
    private static let nameVariants: [UInt32: UInt32] = {
        let pairs = "髙高﨑崎邉辺邊辺齋斎齊斉澤沢濱浜嶋島嶌島廣広櫻桜德徳眞真惠恵國国龍竜瀨瀬槇槙祐祐凜凛𠮷吉冨富檜桧條条榮栄彥彦曾曽"
        let scalars = pairs.unicodeScalars.map(\.value)
        return Dictionary(
            stride(from: 0, to: scalars.count - 1, by: 2).map { (scalars[$0], scalars[$0 + 1]) },
            uniquingKeysWith: { first, _ in first }
        )
    }()
}

/// What a code point is, as far as the borders of names and numbers need to know.
enum CharacterClass: Sendable {
    case digit, letter, kanji, hiragana, katakana, space, other

    init(_ value: UInt32) {
        switch value {
        case 0x30...0x39, 0xFF10...0xFF19: self = .digit
        case 0x41...0x5A, 0x61...0x7A, 0xFF21...0xFF3A, 0xFF41...0xFF5A: self = .letter
        case 0x20, 0x09, 0x0A, 0x0D, 0xA0, 0x3000: self = .space
        case 0x3041...0x309F: self = .hiragana
        case 0x30A1...0x30FA, 0x30FC...0x30FE, 0xFF66...0xFF9F: self = .katakana
        case 0x3005, 0x3007, 0x3400...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: self = .kanji
        case 0xAA, 0xB5, 0xBA, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2AF, 0x370...0x1FFF, 0xAC00...0xD7AF: self = .letter
        default: self = .other
        }
    }

    /// Whether the character is of a script that sets no spaces between words.
    var isEastAsian: Bool { self == .kanji || self == .hiragana || self == .katakana }
}
