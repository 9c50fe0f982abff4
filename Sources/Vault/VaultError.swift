public import Records

/// Why a key cannot be had or a sealed text not be opened.
public struct VaultError: Error, Equatable, Sendable {
    /// What went wrong; a closed set behind static members.
    public struct Code: Hashable, Sendable {
        let name: String
        /// The key of the person was destroyed: what was sealed under it is gone.
        public static let destroyed = Code(name: "destroyed")
        /// The sealed bytes were altered, cut, or belong to another record or use.
        public static let altered = Code(name: "altered")
        /// The master key file is missing, has the wrong size, or may be read by others.
        public static let masterKey = Code(name: "masterKey")
        /// The key store does not belong to this master key, or is damaged.
        public static let keyStore = Code(name: "keyStore")
    }

    public let code: Code
    /// Safe to show; never a key, never a path.
    public let message: String
    /// The subject concerned, where there is one.
    public let subject: RecordID?

    init(_ code: Code, _ message: String, subject: RecordID? = nil) {
        self.code = code
        self.message = message
        self.subject = subject
    }

    public static func == (a: VaultError, b: VaultError) -> Bool { a.code == b.code }
}

extension VaultError: CustomStringConvertible {
    public var description: String { "\(code.name): \(message)" }
}
