import Crypto

/// Keys sealed under another key, as ``SealingCipher`` does.
enum KeyWrap {
    /// - Parameter context: Authenticated with the keys, so that they open in their own place only.
    static func seal(_ keys: UnsafeRawBufferPointer, with outer: SymmetricKey, context: String) throws -> [UInt8] {
        let cipher = try SealingCipher()
        var wrapped = RandomBytes.make(SealingCipher.nonceBytes)
        wrapped += [UInt8](repeating: 0, count: keys.count + SealingCipher.tagBytes)
        try outer.withUnsafeBytes { outer in
            try Array(context.utf8).withUnsafeBytes { context in
                try wrapped.withUnsafeMutableBytes {
                    try cipher.seal(keys, key: outer, authenticating: context, into: $0)
                }
            }
        }
        return wrapped
    }

    /// - Throws: ``VaultError`` `keyStore`.
    static func open(_ wrapped: [UInt8], with outer: SymmetricKey, context: String) throws -> [UInt8] {
        let cipher = try SealingCipher()
        let keys = wrapped.withUnsafeBytes { wrapped in
            outer.withUnsafeBytes { outer in
                Array(context.utf8).withUnsafeBytes { cipher.open(wrapped, key: outer, authenticating: $0) }
            }
        }
        guard let keys else {
            throw VaultError(
                .keyStore, "A key does not open: the key store belongs to another master key or is damaged.")
        }
        return keys
    }
}
