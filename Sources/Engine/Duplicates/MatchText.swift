import Foundation
import Records

/// A value as the methods of duplicate rules compare it.
///
/// Each method makes of a value some keys, of which two values that match have one in common. So candidates can be looked up,
/// and no two records need to be laid side by side before that.
enum MatchText {
    /// The keys of a value, in no order that means anything; none for a value that matches nothing.
    static func keys(of value: Value, _ method: MatchCriterion.Method) -> Set<String> {
        guard let normal = normal(value, method), !normal.isEmpty else { return [] }
        return method.hasNeighbours ? neighbours(normal) : [string(normal)]
    }

    /// Whether two values match.
    static func matches(_ left: Value, _ right: Value, _ method: MatchCriterion.Method) -> Bool {
        guard let left = normal(left, method), let right = normal(right, method), !left.isEmpty else { return false }
        if left == right { return true }
        guard method.hasNeighbours, !neighbours(left).isDisjoint(with: neighbours(right)) else { return false }
        return isOneSlip(left, right)
    }

    /// A value without what the method does not look at; nil for none.
    private static func normal(_ value: Value, _ method: MatchCriterion.Method) -> [UInt32]? {
        guard let text = WireText.text(of: value) else { return nil }
        switch method {
        case .exact:
            let trimmed = string(FoldedText(text).folded).trimmingCharacters(in: .whitespaces)
            return trimmed.unicodeScalars.map(\.value)
        case .email: return FoldedText(text).folded.filter { $0 != 0x20 }
        case .phone: return PhonePattern(text)?.digits
        case .postalcode, .name: return signs(FoldedText(text))
        case .company: return company(FoldedText(text))
        case .address: return address(text).unicodeScalars.map(\.value)
        }
    }

    /// One letter changed, missing or exchanged with its neighbour.
    private static func isOneSlip(_ left: [UInt32], _ right: [UInt32]) -> Bool {
        let (short, long) = left.count <= right.count ? (left, right) : (right, left)
        let start = zip(short, long).prefix { $0 == $1 }.count
        let end = zip(short.reversed(), long.reversed()).prefix { $0 == $1 }.count
        if long.count == short.count + 1 { return start + end >= short.count }
        guard long.count == short.count else { return false }
        if start + end >= short.count - 1 { return true }
        return start + end == short.count - 2 && short[start] == long[start + 1] && short[start + 1] == long[start]
    }

    /// A text and all that it becomes without one of its letters: two texts that differ in one letter, or in two
    /// neighbours that were exchanged, have one of these in common. Short names, and names in kanji, differ by one
    /// letter when they are others' names.
    private static func neighbours(_ points: [UInt32]) -> Set<String> {
        let whole = string(points)
        guard points.count >= lettersMin, points.count <= lettersMax, points.allSatisfy({ !isKanji($0) }) else {
            return [whole]
        }
        var keys: Set<String> = [whole]
        for place in points.indices {
            var shorter = points
            shorter.remove(at: place)
            keys.insert(string(shorter))
        }
        return keys
    }

    private static let lettersMin = 5
    private static let lettersMax = 40

    private static func isKanji(_ point: UInt32) -> Bool { CharacterClass(point) == .kanji }

    /// Letters and digits of every script, and nothing between them.
    private static func signs(_ text: FoldedText) -> [UInt32] {
        zip(text.folded, text.classes).filter { $1 != .space && $1 != .other || $0 == longVowel }.map(\.0)
    }

    /// ー, which belongs to the word before it.
    private static let longVowel: UInt32 = 0x30FC

    // MARK: Companies

    private static func company(_ text: FoldedText) -> [UInt32] {
        var folded = string(text.folded)
        for form in easternForms where folded.contains(form) { folded = folded.replacing(form, with: " ") }
        var words = folded.split { !$0.isLetter && !$0.isNumber && $0 != "&" }.map(String.init)
        // `S.A.` and `K.K.` fall apart into letters.
        while words.count > 1, let last = words.last, westernForms.contains(last) || last.count == 1 {
            words.removeLast()
        }
        if words.first == "the", words.count > 1 { words.removeFirst() }
        return signs(FoldedText(words.joined()))
    }

    /// Legal forms as they are written after folding; kana are katakana there.
    private static let easternForms = [
        "株式会社", "有限会社", "合同会社", "合資会社", "合名会社", "一般社団法人", "公益社団法人", "一般財団法人", "公益財団法人",
        "社団法人", "財団法人", "医療法人", "学校法人", "社会福祉法人", "(株)", "(有)", "(合)", "㈱", "㈲", "カブシキガイシャ",
        "股份有限公司", "有限公司", "주식회사",
    ]
    private static let westernForms: Set<String> = [
        "inc", "incorporated", "corp", "corporation", "co", "company", "llc", "llp", "lp", "ltd", "limited", "plc",
        "gmbh", "ag", "kg", "ohg", "ug", "se", "mbh", "sa", "sas", "sarl", "srl", "spa", "bv", "nv", "oy", "ab", "as",
        "aps", "kk", "gk", "yk", "pty", "pte", "ltda", "eirl", "kft", "sro", "doo",
    ]

    // MARK: Addresses

    /// Lots as `1-2-3`, whether they were written 一丁目2番3号, 1丁目２−３ or 1-2-3; Latin words by their abbreviations.
    private static func address(_ text: String) -> String {
        let folded = FoldedText(text)
        if folded.classes.contains(where: \.isEastAsian) { return japanese(folded.folded) }
        let words = string(folded.folded).split { !$0.isLetter && !$0.isNumber }
        return words.map { abbreviations[String($0)] ?? String($0) }.joined(separator: " ")
    }

    private static func japanese(_ points: [UInt32]) -> String {
        var text = string(points).filter { !$0.isWhitespace && $0 != "〒" && $0 != "," && $0 != "、" }
        for unit in ["丁目", "番地ノ", "番地", "番", "号室", "号"] { text = kanjiNumbers(text, before: unit) }
        for unit in ["丁目", "番地ノ", "番地", "番", "号室", "号"] { text = text.replacing(unit, with: "-") }
        // 1-2-3ー4: the long vowel between digits is a dash.
        var cleaned = ""
        for character in text {
            let isDash = character == "-" || character == "ー" && cleaned.last?.isNumber == true
            if isDash, cleaned.last == "-" { continue }
            cleaned.append(isDash ? "-" : character)
        }
        while cleaned.last == "-" { cleaned.removeLast() }
        return cleaned
    }

    /// 十二丁目 as 12丁目.
    private static func kanjiNumbers(_ text: String, before unit: String) -> String {
        guard text.contains(unit) else { return text }
        var parts = text.components(separatedBy: unit)
        for place in parts.indices.dropLast() {
            let digits = parts[place].reversed().prefix { numerals[$0] != nil || $0 == "十" }
            guard !digits.isEmpty else { continue }
            let number = digits.reversed().reduce((total: 0, last: 0)) { sum, sign in
                sign == "十"
                    ? (sum.total + max(sum.last, 1) * 10, 0) : (sum.total, sum.last * 10 + (numerals[sign] ?? 0))
            }
            parts[place] = parts[place].dropLast(digits.count) + String(number.total + number.last)
        }
        return parts.joined(separator: unit)
    }

    private static let numerals: [Character: Int] = [
        "〇": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
    ]
    private static let abbreviations: [String: String] = [
        "street": "st", "strasse": "str", "straße": "str", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr",
        "lane": "ln", "boulevard": "blvd", "court": "ct", "place": "pl", "square": "sq", "highway": "hwy",
        "parkway": "pkwy", "terrace": "ter", "apartment": "apt", "suite": "ste", "floor": "fl", "building": "bldg",
        "room": "rm", "north": "n", "south": "s", "east": "e", "west": "w", "northeast": "ne", "northwest": "nw",
        "southeast": "se", "southwest": "sw", "saint": "st", "mount": "mt",
    ]

    private static func string(_ points: some Sequence<UInt32>) -> String {
        var text = String.UnicodeScalarView()
        for point in points { if let scalar = Unicode.Scalar(point) { text.append(scalar) } }
        return String(text)
    }
}

extension MatchCriterion.Method {
    /// Whether values that are nearly alike match as well, so that a value has many keys.
    var hasNeighbours: Bool { self == .name || self == .company }
}
