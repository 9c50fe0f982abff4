import CLibCrypto

/// AES-256-GCM (NIST SP 800-38D) by libcrypto, one text after the other; the form of a sealed text is nonce (12 bytes),
/// ciphertext and tag (16 bytes).
///
/// A cipher is made once and takes another key for each text, where Swift Crypto makes and drops objects for each: of a
/// record of 330 bytes under a key of its own that is a third of the time. Used by one task at a time.
final class SealingCipher {
    private let context: OpaquePointer

    static let keyBytes = 32
    static let nonceBytes = 12
    static let tagBytes = 16
    static let overheadBytes = nonceBytes + tagBytes

    /// What libcrypto says of the algorithm; it is never changed nor freed.
    private struct Algorithm: @unchecked Sendable {
        // Immutable and counted by libcrypto, which lets any thread use it.
        let pointer = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)
    }
    private static let held = Algorithm()
    static var algorithm: OpaquePointer? { held.pointer }

    /// - Throws: ``VaultError`` `keyStore` when the machine's libcrypto has no AES-256-GCM.
    init() throws {
        guard let algorithm = Self.algorithm, let context = EVP_CIPHER_CTX_new() else {
            throw VaultError(.keyStore, "This machine's libcrypto cannot seal with AES-256-GCM.")
        }
        self.context = context
        guard EVP_CipherInit_ex2(context, algorithm, nil, nil, 1, nil) == 1 else {
            throw VaultError(.keyStore, "This machine's libcrypto cannot seal with AES-256-GCM.")
        }
    }

    // Forgets the last key as well.
    deinit { EVP_CIPHER_CTX_free(context) }

    /// Seals a text into as many bytes and ``overheadBytes`` more.
    /// - Parameters:
    ///   - authenticating: Bytes that must be the same when it is opened.
    ///   - out: Where the sealed text goes; it begins with the nonce, which the caller has put there.
    func seal(
        _ text: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, authenticating: UnsafeRawBufferPointer,
        into out: UnsafeMutableRawBufferPointer
    ) throws {
        precondition(key.count == Self.keyBytes && out.count == text.count + Self.overheadBytes)
        let bytes = out.bindMemory(to: UInt8.self)
        let body = UnsafeMutableBufferPointer(rebasing: bytes[Self.nonceBytes...])
        var count: Int32 = 0
        guard begin(key, nonce: UnsafeRawBufferPointer(rebasing: out[..<Self.nonceBytes]), authenticating, seals: true),
            EVP_CipherUpdate(context, body.baseAddress, &count, text.bytes, Int32(text.count)) == 1,
            EVP_CipherFinal_ex(context, body.baseAddress.map { $0 + Int(count) }, &count) == 1,
            EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagBytes), body.baseAddress.map { $0 + text.count }) == 1
        else { throw VaultError(.keyStore, "Nothing was sealed: libcrypto refused.") }
    }

    /// Opens what ``seal(_:key:authenticating:into:)`` made; nil when it was altered or belongs elsewhere.
    func open(
        _ sealed: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, authenticating: UnsafeRawBufferPointer
    ) -> [UInt8]? {
        precondition(key.count == Self.keyBytes)
        let textBytes = sealed.count - Self.overheadBytes
        guard textBytes >= 0, textBytes <= Int(Int32.max) else { return nil }
        let text = UnsafeRawBufferPointer(rebasing: sealed[Self.nonceBytes..<Self.nonceBytes + textBytes])
        var tag = Array(sealed.suffix(Self.tagBytes))
        var isWhole = false
        let opened = [UInt8](unsafeUninitializedCapacity: textBytes + 1) { out, made in
            var count: Int32 = 0
            let nonce = UnsafeRawBufferPointer(rebasing: sealed[..<Self.nonceBytes])
            isWhole =
                begin(key, nonce: nonce, authenticating, seals: false)
                && EVP_CipherUpdate(context, out.baseAddress, &count, text.bytes, Int32(textBytes)) == 1
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagBytes), &tag) == 1
                && EVP_CipherFinal_ex(context, out.baseAddress.map { $0 + Int(count) }, &count) == 1
            made = isWhole ? textBytes : 0
        }
        return isWhole ? opened : nil
    }

    private func begin(
        _ key: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer, _ authenticated: UnsafeRawBufferPointer,
        seals: Bool
    ) -> Bool {
        var count: Int32 = 0
        return EVP_CipherInit_ex2(context, nil, key.bytes, nonce.bytes, seals ? 1 : 0, nil) == 1
            && EVP_CipherUpdate(context, nil, &count, authenticated.bytes, Int32(authenticated.count)) == 1
    }
}

extension UnsafeRawBufferPointer {
    var bytes: UnsafePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }
}
