import Engine
public import Records

/// What a token is, told to the application that it was given to (RFC 7662).
public struct TokenFacts: Sendable {
    public let user: RecordID
    public let username: String
    public let issuedAt: Instant
    public let expiresAt: Instant
    public let scopes: Scopes
    /// It renews, and gives no access by itself.
    public let isRefreshToken: Bool
}

extension Identity {
    /// What a token is; nil when it is no living token of this application: another's are none of its business.
    public func introspect(token: String, by application: ConnectedApplication) async throws -> TokenFacts? {
        if let found = GrantToken(token) { return try await facts(of: found, application) }
        let rows = try await system("introspection of a token").query(
            """
            SELECT \(AccessSession.columns) FROM AccessSession WHERE TokenHash = :digest \
            AND ApplicationId = :application LIMIT 1
            """,
            bindings: ["digest": .one(.text(TokenDigest(token).text)), "application": .one(.id(application.id))]
        )
        guard let row = rows.first, let access = AccessSession(row), access.isAlive(at: environment.now()),
            let id = row["UserId"].id, let user = try await user(id), user.isActive
        else { return nil }
        return TokenFacts(
            user: id, username: user.username, issuedAt: access.createdAt, expiresAt: access.expiresAt,
            scopes: access.scopes, isRefreshToken: false)
    }

    private func facts(of token: GrantToken, _ application: ConnectedApplication) async throws -> TokenFacts? {
        guard let grant = try await grant(token.grant, system("introspection of a token")),
            grant.application == application.id, grant.kind == .granted, token.isKept(as: grant.tokenHash),
            grant.expiresAt > environment.now(), let id = grant.user, let user = try await user(id), user.isActive
        else { return nil }
        return TokenFacts(
            user: id, username: user.username, issuedAt: grant.createdAt, expiresAt: grant.expiresAt,
            scopes: grant.scopes, isRefreshToken: true)
    }
}
