import Crypto
public import Records

/// A key that seals what is kept of one person, or of the organisation.
///
/// AES-256-GCM (NIST SP 800-38D) with a random nonce; the use and the place are authenticated with the text, so that
/// sealed bytes moved elsewhere do not open.
public struct SealingKey: Sendable {
    /// The person; nil for the organisation's own key.
    public let subject: RecordID?
    let key: SymmetricKey

    /// How many bytes sealing adds: nonce and tag.
    public static let overheadBytes = SealingCipher.overheadBytes

    /// What the sealed bytes are for. Part of what is authenticated.
    public enum Use: UInt8, Sendable {
        case changeLog = 1
        case restriction = 2
        case export = 3
        case file = 4
    }

    /// Seals bytes: nonce, text and tag, one after the other.
    /// - Parameters:
    ///   - place: What ties the bytes to their place, such as a record's id.
    public func seal(_ bytes: [UInt8], for use: Use, place: Int64) throws -> [UInt8] {
        var sealer = try Sealer(drawing: 1)
        var sealed = [UInt8](repeating: 0, count: bytes.count + Self.overheadBytes)
        try bytes.withUnsafeBytes { bytes in
            try sealed.withUnsafeMutableBytes { try sealer.seal(bytes, under: self, for: use, place: place, into: $0) }
        }
        return sealed
    }

    /// Opens what ``seal(_:for:place:)`` made with the same key, use and place.
    /// - Throws: ``VaultError`` `altered`.
    public func open(_ sealed: some Collection<UInt8>, for use: Use, place: Int64) throws -> [UInt8] {
        let cipher = try SealingCipher()
        let opened = Array(sealed).withUnsafeBytes { sealed in
            key.withUnsafeBytes { key in
                Self.withContext(use, place) { cipher.open(sealed, key: key, authenticating: $0) }
            }
        }
        guard let opened else {
            throw VaultError(.altered, "Sealed data was altered or belongs elsewhere.", subject: subject)
        }
        return opened
    }

    /// Nine bytes: the use, and the place with its highest byte first.
    static func withContext<R>(_ use: Use, _ place: Int64, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withUnsafeBytes(of: (UInt64(use.rawValue).bigEndian, place.bigEndian)) {
            try body(UnsafeRawBufferPointer(rebasing: $0[7...]))
        }
    }
}

/// Seals many texts, one after the other, under keys that may differ: the form for bulk work.
///
/// Nonces are random (96 bits, NIST SP 800-38D section 8.2.2) and drawn many at a time.
public struct Sealer {
    private let cipher: SealingCipher
    private var nonces: [UInt8] = []
    private var used = 0
    private let drawnBytes: Int

    /// - Parameter count: For how many texts random bytes are drawn at a time.
    /// - Throws: ``VaultError`` `keyStore` when the machine cannot seal.
    public init(drawing count: Int) throws {
        cipher = try SealingCipher()
        drawnBytes = count * SealingCipher.nonceBytes
    }

    /// Seals a text into `out`, which has room for it and ``SealingKey/overheadBytes`` more.
    public mutating func seal(
        _ text: UnsafeRawBufferPointer, under key: SealingKey, for use: SealingKey.Use, place: Int64,
        into out: UnsafeMutableRawBufferPointer
    ) throws {
        try key.key.withUnsafeBytes { try seal(text, keyBytes: $0, for: use, place: place, into: out) }
    }

    mutating func seal(
        _ text: UnsafeRawBufferPointer, keyBytes: UnsafeRawBufferPointer, for use: SealingKey.Use, place: Int64,
        into out: UnsafeMutableRawBufferPointer
    ) throws {
        if used == nonces.count {
            nonces = RandomBytes.make(drawnBytes)
            used = 0
        }
        let end = used + SealingCipher.nonceBytes
        out.copyBytes(from: nonces[used..<end])
        used = end
        try SealingKey.withContext(use, place) {
            try cipher.seal(text, key: keyBytes, authenticating: $0, into: out)
        }
    }
}
