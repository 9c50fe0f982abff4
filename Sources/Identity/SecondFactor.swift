import Engine
public import Records

/// Something beside the password by which a user proves who they are; never its secret.
public struct SecondFactor: Sendable {
    public enum Kind: String, Sendable {
        /// An app that shows six digits.
        case totp
        /// A key on a device (WebAuthn), which needs no password beside it.
        case passkey
        /// One of the codes on paper, each good once.
        case recovery
    }

    public let id: RecordID
    public let kind: Kind
    /// As its user calls it.
    public let name: String
    public let addedAt: Instant
    public let lastUsedAt: Instant?
    let isConfirmed: Bool
    let secret: String
    let lastStep: Int64
    let credentialID: String
    let publicKey: String
    let algorithm: Int
    let signCount: Int64
    let user: RecordID

    static let columns = """
        Id, UserId, Kind, Name, Secret, CredentialId, PublicKey, Algorithm, SignCount, LastStep, IsConfirmed, AddedAt, \
        LastUsedAt
        """

    /// - Parameter row: With ``columns``.
    init?(_ row: Record) {
        guard let id = row.id, let user = row["UserId"].id, let kind = row["Kind"].text.flatMap(Kind.init) else {
            return nil
        }
        self.id = id
        self.user = user
        self.kind = kind
        name = row["Name"].text ?? ""
        addedAt = row["AddedAt"].datetime ?? Instant(milliseconds: 0)
        lastUsedAt = row["LastUsedAt"].datetime
        isConfirmed = row["IsConfirmed"].boolean ?? false
        secret = row["Secret"].text ?? ""
        lastStep = Self.number(row["LastStep"])
        credentialID = row["CredentialId"].text ?? ""
        publicKey = row["PublicKey"].text ?? ""
        algorithm = row["Algorithm"].integer.map(Int.init) ?? 0
        signCount = Self.number(row["SignCount"])
    }

    private static func number(_ value: Value) -> Int64 {
        if case .double(let number) = value { Int64(number) } else { 0 }
    }
}
