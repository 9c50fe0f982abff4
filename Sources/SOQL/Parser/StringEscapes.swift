/// The escapes of string literals: `\n \r \t \b \f \" \' \\ \uXXXX`, and `\_ \%` in patterns.
enum StringEscapes {
    /// What a literal between quotes says; `nil` and where for an escape that does not exist.
    ///
    /// In a pattern `\_`, `\%` and `\\` stay as they are, for they mean something to `LIKE`.
    static func decode(_ raw: ArraySlice<UInt8>, isPattern: Bool) -> Result<String, BadEscape> {
        guard raw.contains(UInt8(ascii: "\\")) else { return .success(String(decoding: raw, as: UTF8.self)) }
        var text: [UInt8] = []
        text.reserveCapacity(raw.count)
        var place = raw.startIndex
        while place < raw.endIndex {
            guard raw[place] == UInt8(ascii: "\\") else {
                text.append(raw[place])
                place += 1
                continue
            }
            let escape = place
            place += 1
            guard place < raw.endIndex else { return .failure(BadEscape(place: escape)) }
            switch raw[place] {
            case UInt8(ascii: "n"), UInt8(ascii: "N"): text.append(0x0A)
            case UInt8(ascii: "r"), UInt8(ascii: "R"): text.append(0x0D)
            case UInt8(ascii: "t"), UInt8(ascii: "T"): text.append(0x09)
            case UInt8(ascii: "b"), UInt8(ascii: "B"): text.append(0x08)
            case UInt8(ascii: "f"), UInt8(ascii: "F"): text.append(0x0C)
            case UInt8(ascii: "'"), UInt8(ascii: "\""): text.append(raw[place])
            case UInt8(ascii: "\\"), UInt8(ascii: "_"), UInt8(ascii: "%"):
                if isPattern { text.append(UInt8(ascii: "\\")) }
                text.append(raw[place])
            case UInt8(ascii: "u"), UInt8(ascii: "U"):
                guard let (scalar, behind) = unicode(raw, from: place + 1) else {
                    return .failure(BadEscape(place: escape))
                }
                text.append(contentsOf: String(Character(scalar)).utf8)
                place = behind - 1
            default: return .failure(BadEscape(place: escape))
            }
            place += 1
        }
        return .success(String(decoding: text, as: UTF8.self))
    }

    /// Where the backslash of an unknown escape stands in the text.
    struct BadEscape: Error {
        let place: Int
    }

    /// Four hexadecimal digits; two such escapes make one character beyond the first plane.
    private static func unicode(_ raw: ArraySlice<UInt8>, from place: Int) -> (Unicode.Scalar, behind: Int)? {
        guard let first = hexadecimal(raw, from: place) else { return nil }
        if let scalar = Unicode.Scalar(first) { return (scalar, place + 4) }
        guard (0xD800..<0xDC00).contains(first), place + 6 <= raw.endIndex, raw[place + 4] == UInt8(ascii: "\\"),
            raw[place + 5] | 0x20 == UInt8(ascii: "u"), let second = hexadecimal(raw, from: place + 6),
            (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { return nil }
        return (scalar, place + 10)
    }

    private static func hexadecimal(_ raw: ArraySlice<UInt8>, from place: Int) -> UInt32? {
        guard place + 4 <= raw.endIndex else { return nil }
        var number: UInt32 = 0
        for byte in raw[place..<place + 4] {
            switch byte {
            case 0x30...0x39: number = number << 4 | UInt32(byte - 0x30)
            case 0x41...0x46, 0x61...0x66: number = number << 4 | UInt32((byte | 0x20) - 0x57)
            default: return nil
            }
        }
        return number
    }

    /// A literal with its quotes that says `text`; of a pattern, the backslashes are already escapes.
    static func encode(_ text: String, isPattern: Bool) -> String {
        var out = "'"
        var scalars = text.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            guard isPattern, scalar == "\\", let next = scalars.first else {
                append(scalar, to: &out)
                continue
            }
            // Before anything but these three a pattern's backslash says nothing, and is dropped.
            if next == "_" || next == "%" || next == "\\" {
                out += "\\"
                out.unicodeScalars.append(next)
            } else {
                append(next, to: &out)
            }
            scalars.removeFirst()
        }
        return out + "'"
    }

    private static func append(_ scalar: Unicode.Scalar, to out: inout String) {
        switch scalar {
        case "\n": out += "\\n"
        case "\r": out += "\\r"
        case "\t": out += "\\t"
        case "\u{8}": out += "\\b"
        case "\u{C}": out += "\\f"
        case "'": out += "\\'"
        case "\\": out += "\\\\"
        case _ where scalar.value < 32 || scalar.value == 0x7F:
            let digits = String(scalar.value, radix: 16)
            out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: out.unicodeScalars.append(scalar)
        }
    }
}
