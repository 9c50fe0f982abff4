import Crypto
import Records

/// Time-based one-time passwords (RFC 6238) with what authenticator apps know: HMAC-SHA-1, six digits, thirty seconds.
struct OneTimeCode {
    static let stepSeconds: Int64 = 30
    static let digits = 6
    static let secretBytes = 20

    let secret: [UInt8]

    /// The step whose code it is, of the one now, the one before and the one behind it, for clocks that go apart; nil where
    /// it is of none.
    func step(of code: String, at now: Instant) -> Int64? {
        let current = now.milliseconds / 1000 / Self.stepSeconds
        // All three are looked at, whichever it is.
        return [current - 1, current, current + 1].filter {
            Secret.areEqual(Array(self.code(of: $0).utf8), Array(code.utf8))
        }.last
    }

    /// RFC 4226, section 5.3.
    func code(of step: Int64) -> String {
        let counter = withUnsafeBytes(of: step.bigEndian) { Array($0) }
        let hash = Array(
            HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
        let place = Int(hash[hash.count - 1] & 0x0F)
        let number = hash[place..<place + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: Self.digits - text.utf8.count) + text
    }

    /// What an app reads from a picture: `otpauth://totp/…` (the key URI format that they share).
    func address(issuer: String, account: String) -> String {
        func escaped(_ text: String) -> String {
            let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
            return text.utf8.map { byte in
                if plain.contains(byte) { return String(UnicodeScalar(byte)) }
                let hexadecimal = String(byte, radix: 16, uppercase: true)
                return "%" + (hexadecimal.utf8.count < 2 ? "0" : "") + hexadecimal
            }.joined()
        }
        return "otpauth://totp/\(escaped(issuer)):\(escaped(account))?secret=\(Base32.encode(secret))"
            + "&issuer=\(escaped(issuer))&algorithm=SHA1&digits=6&period=30"
    }
}

/// RFC 4648, section 6, without padding: how secrets are typed.
enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var (text, bits, count): ([UInt8], UInt32, Int) = ([], 0, 0)
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 5 {
                count -= 5
                text.append(alphabet[Int(bits >> UInt32(count)) & 31])
            }
        }
        if count > 0 { text.append(alphabet[Int(bits << UInt32(5 - count)) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }
}
