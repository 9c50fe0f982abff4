import CLibCrypto
import Crypto

/// AES-256-GCM (NIST SP 800-38D) by libcrypto under one key, for many short texts: what a key costs to set up is more than what a
/// name costs to seal. Used by one task at a time.
final class KeyedCipher {
    private let context: OpaquePointer

    /// - Parameter seals: False: it opens.
    init(_ key: SymmetricKey, seals: Bool) throws {
        let algorithm = SealingCipher.algorithm
        guard let algorithm, let context = EVP_CIPHER_CTX_new() else {
            throw VaultError(.keyStore, "This machine's libcrypto cannot seal with AES-256-GCM.")
        }
        self.context = context
        let isReady = key.withUnsafeBytes { key in
            EVP_CipherInit_ex2(context, algorithm, key.bytes, nil, seals ? 1 : 0, nil) == 1
        }
        guard isReady else { throw VaultError(.keyStore, "This machine's libcrypto cannot seal with AES-256-GCM.") }
    }

    // Forgets the key as well.
    deinit { EVP_CIPHER_CTX_free(context) }

    /// Seals a text; `out` begins with the nonce, which the caller has put there, and has room for as many bytes and
    /// ``SealingCipher/overheadBytes``.
    func seal(
        _ text: UnsafeRawBufferPointer, authenticating: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer
    ) throws {
        precondition(out.count == text.count + SealingCipher.overheadBytes)
        let bytes = out.bindMemory(to: UInt8.self)
        let body = bytes.baseAddress.map { $0 + SealingCipher.nonceBytes }
        var count: Int32 = 0
        guard EVP_CipherInit_ex2(context, nil, nil, bytes.baseAddress, -1, nil) == 1,
            EVP_CipherUpdate(context, nil, &count, authenticating.bytes, Int32(authenticating.count)) == 1,
            EVP_CipherUpdate(context, body, &count, text.bytes, Int32(text.count)) == 1,
            EVP_CipherFinal_ex(context, body.map { $0 + Int(count) }, &count) == 1,
            EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_GET_TAG, Int32(SealingCipher.tagBytes), body.map { $0 + text.count }) == 1
        else { throw VaultError(.keyStore, "Nothing was sealed: libcrypto refused.") }
    }

    /// Opens what ``seal(_:authenticating:into:)`` made, into room for as many bytes as are sealed.
    ///
    /// - Parameter sealed: Not changed, though libcrypto asks for a pointer that could.
    /// - Returns: How many bytes the text has; nil when it was altered or belongs elsewhere.
    func open(
        _ sealed: UnsafeMutableBufferPointer<UInt8>, authenticating: UnsafeRawBufferPointer,
        into out: UnsafeMutablePointer<UInt8>
    ) -> Int? {
        let textBytes = sealed.count - SealingCipher.overheadBytes
        guard textBytes >= 0, textBytes <= Int(Int32.max), let start = sealed.baseAddress else { return nil }
        let text = start + SealingCipher.nonceBytes
        var count: Int32 = 0
        guard EVP_CipherInit_ex2(context, nil, nil, start, -1, nil) == 1,
            EVP_CipherUpdate(context, nil, &count, authenticating.bytes, Int32(authenticating.count)) == 1,
            EVP_CipherUpdate(context, out, &count, text, Int32(textBytes)) == 1,
            EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_SET_TAG, Int32(SealingCipher.tagBytes), text + textBytes) == 1,
            EVP_CipherFinal_ex(context, out + Int(count), &count) == 1
        else { return nil }
        return textBytes
    }
}
