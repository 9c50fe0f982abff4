/// How the bytes of a file stand for text.
public enum TextEncoding: String, Sendable, CaseIterable {
    case utf8 = "UTF-8"
    /// Shift_JIS as Windows has it, with NEC's and IBM's characters: ①, 髙, ～.
    case cp932 = "CP932"
    case eucJP = "EUC-JP"
    case utf16LittleEndian = "UTF-16LE"
    case utf16BigEndian = "UTF-16BE"

    /// Reads the names that people give: `UTF-8`, `Shift_JIS`, `SJIS`, `Windows-31J`, `MS932`, `CP932`, `EUC-JP`,
    /// `UTF-16LE`…, in any case, with or without punctuation; nil for anything else.
    public init?(name: some StringProtocol) {
        switch name.lowercased().filter({ $0.isLetter || $0.isNumber }) {
        case "utf8": self = .utf8
        case "cp932", "shiftjis", "sjis", "windows31j", "ms932", "windows932": self = .cp932
        case "eucjp", "eucjpms", "ujis": self = .eucJP
        case "utf16le", "utf16": self = .utf16LittleEndian
        case "utf16be": self = .utf16BigEndian
        default: return nil
        }
    }

    /// The name under which the C library knows it. EUC-JP in Japanese files holds NEC's and IBM's characters as well.
    var iconvName: String { self == .eucJP ? "EUC-JP-MS" : rawValue }

    /// The encoding that the first bytes of a file speak for: its byte order mark; UTF-8 when they are valid, whether
    /// or not the last character is cut off; else CP932 or EUC-JP when all of them can be read so; else UTF-8, whose
    /// broken rows are then refused one by one.
    public static func detected(in bytes: some Sequence<UInt8>) -> TextEncoding {
        let sample = Array(bytes)
        if sample.starts(with: [0xFF, 0xFE]) { return .utf16LittleEndian }
        if sample.starts(with: [0xFE, 0xFF]) { return .utf16BigEndian }
        if sample.starts(with: [0xEF, 0xBB, 0xBF]) { return .utf8 }
        let bad = sample.withUnsafeBufferPointer { UTF8Check.firstInvalid(in: $0) }
        guard let bad, sample.count - bad > 3 || !isCutOff(sample[bad...]) else { return .utf8 }
        let eucKana = eucJPKana(sample)
        if isCP932(sample) {
            // Either can be read as the other. Japanese prose in EUC-JP is full of kana, whose lead bytes are A4 and A5.
            return eucKana.map { $0 > 0 } == true ? .eucJP : .cp932
        }
        return eucKana == nil ? .utf8 : .eucJP
    }

    private static func isCutOff(_ tail: ArraySlice<UInt8>) -> Bool {
        guard let lead = tail.first, let (length, _, _) = UTF8Check.sequence(lead) else { return false }
        return tail.count < length && tail.dropFirst().allSatisfy { $0 & 0xC0 == 0x80 }
    }

    private static func isCP932(_ bytes: [UInt8]) -> Bool {
        var place = 0
        while place < bytes.count {
            switch bytes[place] {
            case 0...0x7F, 0xA1...0xDF: place += 1
            case 0x81...0x9F, 0xE0...0xFC:
                guard place + 1 < bytes.count else { return true }
                let trail = bytes[place + 1]
                guard trail >= 0x40, trail <= 0xFC, trail != 0x7F else { return false }
                place += 2
            default: return false
            }
        }
        return true
    }

    /// How many kana there are when the bytes are EUC-JP; nil when they cannot be.
    private static func eucJPKana(_ bytes: [UInt8]) -> Int? {
        var place = 0
        var kana = 0
        while place < bytes.count {
            let length: Int
            switch bytes[place] {
            case 0...0x7F: length = 1
            case 0x8E, 0xA1...0xFE: length = 2
            case 0x8F: length = 3
            default: return nil
            }
            for trail in bytes[place...].prefix(length).dropFirst() where trail < 0xA1 || trail == 0xFF { return nil }
            if bytes[place] == 0xA4 || bytes[place] == 0xA5 { kana += 1 }
            place += length
        }
        return kana
    }
}
