public import Records

/// The form of a sealed value in its column, which is one of texts.
///
/// ```
/// U+0001, p or d, version (4 hex digits), field (4), [for d: HMAC-SHA-256 of the text (32)], base64(nonce, ciphertext, tag)
/// ```
///
/// All before the base64 is authenticated with the text.
public enum SealedValue {
    /// No text that anybody types begins with it.
    static let mark = UInt8(1)
    /// How many characters tell scheme, version and field.
    public static let headCount = 10
    /// Of the code that tells equal texts; 128 bits, so that two texts of one are not met with.
    static let toldBytes = 16
    /// How many characters are the same for equal texts.
    public static let beginningCount = headCount + toldBytes * 2

    /// What all values of a field under a version begin with.
    public static func head(_ scheme: FieldEncryption.Scheme, version: Int, field: Int) -> String {
        (scheme.isDeterministic ? "\u{1}d" : "\u{1}p") + digits(version) + digits(field)
    }

    /// Whether bytes may be a sealed value.
    static func isOne(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.count > headCount && bytes[0] == mark
    }

    struct Head {
        let version: Int
        let field: Int
        /// Where the base64 begins.
        let bodyStart: Int
    }

    /// Nil for what is no sealed value.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Head? {
        guard isOne(bytes), let version = number(bytes[2..<6]), let field = number(bytes[6..<10]) else { return nil }
        switch bytes[1] {
        case UInt8(ascii: "p"): return Head(version: version, field: field, bodyStart: headCount)
        case UInt8(ascii: "d"): return Head(version: version, field: field, bodyStart: beginningCount)
        default: return nil
        }
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func digits(_ number: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(4 - text.count, 0)) + text
    }

    private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        var number = 0
        for digit in digits {
            switch digit {
            case 48...57: number = number << 4 | Int(digit - 48)
            case 97...102: number = number << 4 | Int(digit - 87)
            default: return nil
            }
        }
        return number
    }
}
