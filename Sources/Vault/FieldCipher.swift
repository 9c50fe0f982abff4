import CLibCrypto
import Crypto
public import Records

/// Seals and opens the values of encrypted fields, by AES-256-GCM (NIST SP 800-38D). Used by one task at a time.
public final class FieldCipher {
    public let keys: FieldKeys
    private var nonces: [UInt8] = []
    private var used = 0
    /// Ciphers of the fields that were sealed or opened lately: neighbouring rows have the same fields.
    private var ciphers: [(place: FieldKeys.Place, seals: Bool, cipher: KeyedCipher)] = []
    /// What is decoded before it is opened.
    private var scratch = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1_024)

    private static let noncesDrawn = 64
    private static let ciphersMax = 32

    public init(_ keys: FieldKeys) { self.keys = keys }

    deinit { scratch.deallocate() }

    /// The sealed form of a text of a field, under the version that the field writes with.
    ///
    /// - Throws: ``VaultError`` `destroyed` when there is no such version any more.
    public func seal(_ text: String, _ encryption: FieldEncryption) throws -> String {
        let place = FieldKeys.Place(version: encryption.version, field: encryption.number)
        guard let cipher = try cipher(place, seals: true) else {
            throw VaultError(.destroyed, "The tenant secret under which the field is sealed was destroyed.")
        }
        let beginning =
            keys.beginning(of: text, encryption, version: encryption.version)
            ?? SealedValue.head(encryption.scheme, version: encryption.version, field: encryption.number)
        let utf8 = Array(text.utf8)
        var sealed = nonce()
        sealed.append(contentsOf: repeatElement(0, count: utf8.count + SealingCipher.tagBytes))
        try utf8.withUnsafeBytes { text in
            try Array(beginning.utf8).withUnsafeBytes { beginning in
                try sealed.withUnsafeMutableBytes { try cipher.seal(text, authenticating: beginning, into: $0) }
            }
        }
        return beginning + Self.base64(sealed)
    }

    /// What became of bytes from a column.
    public enum Opened: Equatable {
        /// They are no sealed value.
        case clear
        /// How many bytes the text has.
        case text(count: Int)
        /// The secret was destroyed, or the bytes were altered.
        case unreadable
    }

    /// Opens bytes from a column into memory with room for as many.
    public func open(_ bytes: UnsafeBufferPointer<UInt8>, into out: UnsafeMutablePointer<UInt8>) -> Opened {
        guard let head = SealedValue.read(bytes) else { return .clear }
        guard let cipher = try? cipher(FieldKeys.Place(version: head.version, field: head.field), seals: false),
            bytes.count > head.bodyStart,
            let sealed = decode(UnsafeBufferPointer(rebasing: bytes[head.bodyStart...])),
            let count = cipher.open(
                sealed,
                authenticating: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[..<head.bodyStart])),
                into: out)
        else { return .unreadable }
        return .text(count: count)
    }

    /// Whether bytes from a column may be a sealed value: the quick look before ``open(_:into:)``.
    @inline(__always)
    public static func mayBeSealed(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool { SealedValue.isOne(bytes) }

    private func cipher(_ place: FieldKeys.Place, seals: Bool) throws -> KeyedCipher? {
        for known in ciphers where known.place == place && known.seals == seals { return known.cipher }
        guard let pair = keys.pair(place) else { return nil }
        let made = try KeyedCipher(pair.sealing, seals: seals)
        if ciphers.count == Self.ciphersMax { ciphers.removeFirst() }
        ciphers.append((place, seals, made))
        return made
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

    /// - Returns: A part of ``scratch``; nil for what is no base64.
    private func decode(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeMutableBufferPointer<UInt8>? {
        guard text.count.isMultiple(of: 4), text.count >= 4 else { return nil }
        if scratch.count < text.count {
            scratch.deallocate()
            scratch = .allocate(capacity: text.count * 2)
        }
        let padding = text[text.count - 1] != UInt8(ascii: "=") ? 0 : text[text.count - 2] != UInt8(ascii: "=") ? 1 : 2
        let count = Int(EVP_DecodeBlock(scratch.baseAddress, text.baseAddress, Int32(text.count)))
        guard count >= padding else { return nil }
        return UnsafeMutableBufferPointer(rebasing: scratch[..<(count - padding)])
    }
}
