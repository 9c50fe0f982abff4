import Vault

extension Engine {
    /// Seals a small secret that must be had again in clear, such as that of an authenticator app, under a key that is not in
    /// the database.
    ///
    /// - Parameter context: What it is for; it opens for nothing else.
    public func seal(_ secret: [UInt8], for context: String) throws -> [UInt8] { try vault.seal(secret, for: context) }

    /// What ``seal(_:for:)`` sealed.
    ///
    /// - Throws: When it is another's, or damaged.
    public func open(_ sealed: [UInt8], for context: String) throws -> [UInt8] {
        try vault.open(sealed, for: context)
    }
}
