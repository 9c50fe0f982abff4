import Crypto

/// The hash of a leaf or of a node of the evidence log: 32 bytes of SHA-256 (RFC 6962, section 2.1).
public struct Hash: Hashable, Sendable {
    /// Always 32.
    public let bytes: [UInt8]

    /// Nil unless there are 32 bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.bytes = Array(bytes)
    }

    private init(digest: SHA256.Digest) { bytes = Array(digest) }

    /// The root of the tree without entries.
    public static let empty = Hash(digest: SHA256.hash(data: [UInt8]()))

    /// The hash of an entry: `SHA-256(0x00 ‖ entry)`.
    public static func leaf(_ entry: some Sequence<UInt8>) -> Hash {
        Hash(digest: SHA256.hash(data: [0] + Array(entry)))
    }

    /// The hash of two subtrees: `SHA-256(0x01 ‖ left ‖ right)`.
    public static func node(_ left: Hash, _ right: Hash) -> Hash {
        Hash(digest: SHA256.hash(data: [1] + left.bytes + right.bytes))
    }
}

extension Hash: CustomStringConvertible {
    /// Hexadecimal.
    public var description: String {
        String(
            decoding: bytes.flatMap { byte in [Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]] },
            as: UTF8.self)
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
