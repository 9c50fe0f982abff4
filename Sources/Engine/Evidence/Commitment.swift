import Crypto
public import Records

/// A promise about a value that tells nothing of it: HMAC-SHA-256 under a salt that only the certificate's holder has.
///
/// With the salt, anybody who knows the value can check that it was meant; without it, nobody can find the value.
public struct Commitment: Sendable {
    /// 32 random bytes, one set for each certificate.
    public let salt: [UInt8]

    public init(environment: Environment) { salt = environment.randomBytes(32) }

    /// What a statement says of the salt, so that nobody exchanges it unseen. It tells nothing: the salt is random.
    static func hash(ofSalt salt: [UInt8]) -> String { hexadecimal(SHA256.hash(data: salt)) }

    /// The commitment to a value, in hexadecimal. The value is compared as it is: normalise it before.
    public func hash(of value: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array(value.utf8), using: SymmetricKey(data: salt))
        return Self.hexadecimal(code)
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
    }
}
