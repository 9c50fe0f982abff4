import Records

/// A code, a device code or a refresh token: the grant that it belongs to and a secret, of letters and digits only.
struct GrantToken {
    let grant: RecordID
    private let secret: String

    private static let secretLength = 64

    init(of grant: RecordID, secret: String) {
        self.grant = grant
        self.secret = secret
    }

    init?(_ text: String) {
        guard text.utf8.count == 15 + Self.secretLength, text.utf8.allSatisfy({ $0 < 0x80 }),
            let grant = RecordID(String(text.prefix(15)))
        else { return nil }
        self.grant = grant
        secret = String(text.dropFirst(15))
    }

    static func newSecret() -> String { Secret.text(length: secretLength) }

    var text: String { grant.text15 + secret }

    /// How it is kept.
    var digest: String { Secret.digest(secret) }

    func isKept(as digest: String?) -> Bool {
        guard let digest else { return false }
        return Secret.areEqual(Array(self.digest.utf8), Array(digest.utf8))
    }
}
