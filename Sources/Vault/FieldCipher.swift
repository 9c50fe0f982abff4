import CLibCrypto
import Crypto
public import Records

/// Seals and opens the values of encrypted fields, by AES-256-GCM (NIST SP 800-38D). Used by one task at a time.
public final class FieldCipher {
    public let keys: FieldKeys
    private let cipher: SealingCipher
    private var nonces: [UInt8] = []
    private var used = 0
    /// The keys of the value before: neighbouring rows have the same fields.
    private var recent: [(place: FieldKeys.Place, pair: FieldKeys.Pair?)] = []

    private static let noncesDrawn = 64
    private static let recentMax = 16

    /// - Throws: ``VaultError`` `keyStore` when the machine cannot seal.
    public init(_ keys: FieldKeys) throws {
        self.keys = keys
        cipher = try SealingCipher()
    }

    /// The sealed form of a text of a field, under the version that the field writes with.
    ///
    /// - Throws: ``VaultError`` `destroyed` when there is no such version any more.
    public func seal(_ text: String, _ encryption: FieldEncryption) throws -> String {
        let place = FieldKeys.Place(version: encryption.version, field: encryption.number)
        guard let pair = pair(place) else {
            throw VaultError(.destroyed, "The tenant secret under which the field is sealed was destroyed.")
        }
        let beginning =
            keys.beginning(of: text, encryption, version: encryption.version)
            ?? SealedValue.head(encryption.scheme, version: encryption.version, field: encryption.number)
        let utf8 = Array(text.utf8)
        var sealed = nonce()
        sealed.append(contentsOf: repeatElement(0, count: utf8.count + SealingCipher.tagBytes))
        try utf8.withUnsafeBytes { text in
            try pair.sealing.withUnsafeBytes { key in
                try Array(beginning.utf8).withUnsafeBytes { beginning in
                    try sealed.withUnsafeMutableBytes {
                        try cipher.seal(text, key: key, authenticating: beginning, into: $0)
                    }
                }
            }
        }
        return beginning + Self.base64(sealed)
    }

    /// What became of bytes from a column.
    public enum Opened {
        /// They are no sealed value.
        case clear
        case text([UInt8])
        /// The secret was destroyed, or the bytes were altered.
        case unreadable
    }

    public func open(_ bytes: UnsafeBufferPointer<UInt8>) -> Opened {
        guard let head = SealedValue.read(bytes) else { return .clear }
        guard let pair = pair(FieldKeys.Place(version: head.version, field: head.field)), bytes.count > head.bodyStart
        else { return .unreadable }
        let body = UnsafeBufferPointer(rebasing: bytes[head.bodyStart...])
        guard let sealed = Self.bytes(base64: body) else { return .unreadable }
        let text = sealed.withUnsafeBytes { sealed in
            pair.sealing.withUnsafeBytes { key in
                cipher.open(
                    sealed, key: key,
                    authenticating: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[..<head.bodyStart])))
            }
        }
        return text.map(Opened.text) ?? .unreadable
    }

    /// Whether bytes from a column may be a sealed value: the quick look before ``open(_:)``.
    @inline(__always)
    public static func mayBeSealed(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool { SealedValue.isOne(bytes) }

    private func pair(_ place: FieldKeys.Place) -> FieldKeys.Pair? {
        if let known = recent.first(where: { $0.place == place }) { return known.pair }
        let pair = keys.pair(place)
        if recent.count == Self.recentMax { recent.removeFirst() }
        recent.append((place, pair))
        return pair
    }

    private func nonce() -> [UInt8] {
        if used == nonces.count {
            nonces = RandomBytes.make(Self.noncesDrawn * SealingCipher.nonceBytes)
            used = 0
        }
        defer { used += SealingCipher.nonceBytes }
        return Array(nonces[used..<used + SealingCipher.nonceBytes])
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4 + 1) { out in
            Int(EVP_EncodeBlock(out.baseAddress, bytes, Int32(bytes.count)))
        }
    }

    private static func bytes(base64 text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4), !text.isEmpty else { return nil }
        let padding = text.suffix(2).count { $0 == UInt8(ascii: "=") }
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3) { out, made in
            let count = Int(EVP_DecodeBlock(out.baseAddress, text.baseAddress, Int32(text.count)))
            isWhole = count >= padding
            made = isWhole ? count - padding : 0
        }
        return isWhole ? bytes : nil
    }
}
