import Engine
public import Records

/// What a token is, told to the application that it was given to (RFC 7662).
public struct TokenFacts: Sendable {
    public let user: RecordID
    public let username: String
    public let issuedAt: Instant
    public let expiresAt: Instant
}

extension Identity {
    /// What a token is; nil when it is no living token of this application: another's are none of its business.
    public func introspect(token: String, by application: ConnectedApplication) async throws -> TokenFacts? {
        let rows = try await system("introspection of a token").query(
            """
            SELECT Id, UserId, ApplicationName, Kind, Purpose, CreatedAt, ExpiresAt, LastUsedAt FROM AccessSession \
            WHERE TokenHash = :digest AND ApplicationId = :application LIMIT 1
            """,
            bindings: ["digest": .one(.text(TokenDigest(token).text)), "application": .one(.id(application.id))]
        )
        guard let row = rows.first, let access = AccessSession(row), access.isAlive(at: environment.now()),
            let id = row["UserId"].id, let user = try await user(id), user.isActive
        else { return nil }
        return TokenFacts(user: id, username: user.username, issuedAt: access.createdAt, expiresAt: access.expiresAt)
    }
}
