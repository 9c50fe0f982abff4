import Crypto
import CryptoExtras
import Foundation

/// A password as it is kept: scrypt (RFC 7914), with its parameters beside it, so that they can be raised later.
///
/// The text form is `$scrypt$ln=15,r=8,p=3$SALT$HASH`, salt and hash in Base64.
struct PasswordHash {
    let parameters: ScryptParameters
    let salt: [UInt8]
    let key: [UInt8]

    /// Derives the hash of a new password, under a salt of 16 random bytes.
    init(password: String, parameters: ScryptParameters) throws {
        self.parameters = parameters
        salt = Secret.randomBytes(16)
        key = try Self.derive(password, salt: salt, parameters: parameters)
    }

    /// Reads the text form; nil when it is not one.
    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt",
            let parameters = ScryptParameters(String(parts[2])),
            let salt = Data(base64Encoded: String(parts[3])),
            let key = Data(base64Encoded: String(parts[4])), key.count == 32
        else { return nil }
        self.parameters = parameters
        self.salt = Array(salt)
        self.key = Array(key)
    }

    /// The form in which it is stored.
    var text: String {
        "$scrypt$\(parameters.text)$\(Data(salt).base64EncodedString())$\(Data(key).base64EncodedString())"
    }

    /// Whether it is the hash of this password. Takes the same time either way.
    func matches(_ password: String) throws -> Bool {
        let other = try Self.derive(password, salt: salt, parameters: parameters)
        return Secret.areEqual(key, other)
    }

    /// Unicode writes one text in several ways; the same keys typed on two machines must give one hash (RFC 8265).
    private static func derive(_ password: String, salt: [UInt8], parameters: ScryptParameters) throws -> [UInt8] {
        let passphrase = Array(password.precomposedStringWithCanonicalMapping.utf8)
        let key = try KDF.Scrypt.deriveKey(
            from: passphrase, salt: salt, outputByteCount: 32,
            rounds: 1 << parameters.logRounds, blockSize: parameters.blockSize, parallelism: parameters.parallelism
        )
        return key.withUnsafeBytes { Array($0) }
    }
}
