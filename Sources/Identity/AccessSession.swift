import Engine
public import Records

/// A sign-in that is still good, as its user may see it: never the token.
public struct AccessSession: Sendable {
    public let id: RecordID
    public let application: String
    public let kind: AccessKind
    public let purpose: String
    public let createdAt: Instant
    public let expiresAt: Instant
    public let lastUsedAt: Instant
    /// What its token may be used for.
    public let scopes: Scopes
    /// What it was given by; nil for a sign-in.
    public let grant: RecordID?
    /// Proven by a second factor too.
    let isStrong: Bool
    /// How long it lives unused.
    let idleSeconds: Int64

    static let columns = """
        Id, UserId, ApplicationName, Kind, Purpose, CreatedAt, ExpiresAt, LastUsedAt, Scopes, GrantId, IsStrong, \
        IdleSeconds
        """

    /// - Parameter row: With ``columns``.
    init?(_ row: Record) {
        guard let id = row.id, let created = row["CreatedAt"].datetime, let expires = row["ExpiresAt"].datetime else {
            return nil
        }
        self.id = id
        application = row["ApplicationName"].text ?? ""
        kind = row["Kind"].text.flatMap(AccessKind.init) ?? .api
        purpose = row["Purpose"].text ?? ""
        createdAt = created
        expiresAt = expires
        lastUsedAt = row["LastUsedAt"].datetime ?? created
        // Whoever signs in with their own password may do all that they may do.
        scopes = row["Scopes"].text.flatMap { Scopes($0) } ?? .full
        grant = row["GrantId"].id
        isStrong = row["IsStrong"].boolean ?? false
        idleSeconds = row["IdleSeconds"].integer ?? TokenCache.idleSecondsMax
    }

    func isAlive(at now: Instant) -> Bool {
        expiresAt > now && lastUsedAt.adding(seconds: idleSeconds) > now
    }
}
