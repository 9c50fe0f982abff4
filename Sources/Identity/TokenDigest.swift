import Crypto

/// SHA-256 of a token: how it is remembered. A secret of full entropy needs no slower hash, and nobody who measures how
/// long a look into the cache takes learns more than of the digest.
struct TokenDigest: Hashable {
    private let parts: (UInt64, UInt64, UInt64, UInt64)

    init(_ token: String) {
        var token = token
        let digest = token.withUTF8 { SHA256.hash(data: UnsafeRawBufferPointer($0)) }
        parts = digest.withUnsafeBytes { bytes in
            func part(_ place: Int) -> UInt64 {
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: place * 8, as: UInt64.self))
            }
            return (part(0), part(1), part(2), part(3))
        }
    }

    /// - Parameter text: as ``text`` gives it; nil for anything else.
    init?(text: String) {
        guard text.utf8.count == 64 else { return nil }
        var numbers: [UInt64] = []
        var rest = text[...]
        while !rest.isEmpty {
            guard let number = UInt64(rest.prefix(16), radix: 16) else { return nil }
            numbers.append(number)
            rest = rest.dropFirst(16)
        }
        parts = (numbers[0], numbers[1], numbers[2], numbers[3])
    }

    /// In hexadecimal, as ``Secret/digest(_:)`` writes it and the database keeps it.
    var text: String {
        [parts.0, parts.1, parts.2, parts.3].map { part in
            let digits = String(part, radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }

    static func == (a: TokenDigest, b: TokenDigest) -> Bool { a.parts == b.parts }

    func hash(into hasher: inout Hasher) {
        // Its bits are as good as random: a part of them spreads as well as the whole.
        hasher.combine(parts.0)
    }
}
