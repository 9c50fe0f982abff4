import Engine
public import Records

/// What a user has allowed an application, as its user may see it: never a token.
///
/// One row goes its whole way: as the code that the browser brings, or the device that waits for its user, and then as what was granted, with
/// its refresh token.
public struct Grant: Sendable {
    enum Kind: String {
        /// Allowed, and the code not yet redeemed.
        case code
        /// A device waits for its user.
        case device
        /// Redeemed.
        case granted
    }

    public let id: RecordID
    /// Nil as long as a device waits for its user.
    public let user: RecordID?
    public let application: RecordID
    public let applicationName: String
    public let scopes: Scopes
    public let createdAt: Instant
    public let lastUsedAt: Instant
    let kind: Kind
    let tokenHash: String?
    let previousHash: String?
    let isRefused: Bool
    let redirectURI: String?
    let challenge: String?
    let nonce: String?
    let expiresAt: Instant

    static let columns = """
        Id, UserId, ApplicationId, Application.Name, Kind, TokenHash, PreviousHash, IsRefused, Scopes, RedirectUri, \
        Challenge, Nonce, CreatedAt, ExpiresAt, LastUsedAt
        """

    /// - Parameter row: With ``columns``.
    init?(_ row: Record) {
        guard let id = row.id, let application = row["ApplicationId"].id, let expires = row["ExpiresAt"].datetime,
            let kind = row["Kind"].text.flatMap(Kind.init), let created = row["CreatedAt"].datetime
        else { return nil }
        self.id = id
        self.application = application
        self.kind = kind
        user = row["UserId"].id
        applicationName = row["Application.Name"].text ?? ""
        tokenHash = row["TokenHash"].text
        previousHash = row["PreviousHash"].text
        isRefused = row["IsRefused"].boolean ?? false
        scopes = Scopes(row["Scopes"].text ?? "") ?? []
        redirectURI = row["RedirectUri"].text
        challenge = row["Challenge"].text
        nonce = row["Nonce"].text
        createdAt = created
        expiresAt = expires
        lastUsedAt = row["LastUsedAt"].datetime ?? created
    }
}
