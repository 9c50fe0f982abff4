import Crypto

/// Secrets that the product makes: tokens, client secrets, one-time passwords.
enum Secret {
    /// Random bytes from the crypto library's generator.
    static func randomBytes(_ count: Int) -> [UInt8] {
        SymmetricKey(size: SymmetricKeySize(bitCount: count * 8)).withUnsafeBytes { Array($0) }
    }

    /// A random text of letters and digits without those that people mistake for each other, 5.7 bits a character.
    static func text(
        length: Int, of letters: String = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
    ) -> String {
        let alphabet = Array(letters.utf8)
        var letters: [UInt8] = []
        while letters.count < length {
            // Bytes past the last whole multiple are thrown away: no letter is likelier than another.
            for byte in randomBytes(length) where Int(byte) < 256 / alphabet.count * alphabet.count {
                letters.append(alphabet[Int(byte) % alphabet.count])
            }
        }
        return String(decoding: letters.prefix(length), as: UTF8.self)
    }

    /// SHA-256 in hexadecimal: how a secret of full entropy is kept.
    static func digest(_ secret: String) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in SHA256.hash(data: Array(secret.utf8)) {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Compares without telling by its time where the difference is.
    static func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        var difference: UInt8 = 0
        for place in a.indices { difference |= a[place] ^ b[place] }
        return difference == 0
    }
}
