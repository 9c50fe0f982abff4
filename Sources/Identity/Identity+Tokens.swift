public import Engine
public import Records

extension Identity {
    /// The session that a token stands for; nil when it is unknown, expired, revoked, or its user is inactive.
    ///
    /// Costs one digest and one look into memory, and a read of the database every 15 seconds.
    public func access(token: String) async throws -> TokenAccess? {
        guard token.utf8.count <= Self.tokenBytesMax else { return nil }
        let digest = TokenDigest(token)
        if let access = tokens.access(digest, at: environment.now()) { return access }
        return try await check(digest, at: environment.now())
    }

    /// The same for the interfaces for data.
    ///
    /// - Throws: ``PlatformError`` where the token is good, and not for these.
    public func session(token: String) async throws -> Session? {
        guard let access = try await access(token: token) else { return nil }
        guard access.scopes.allow(.api), !access.needsFactor else {
            throw PlatformError(.insufficientAccess, "This session is not valid for use with the API")
        }
        return access.session
    }

    /// The same as far as it is known without a look into the database; nil tells nothing then.
    public func rememberedSession(token: String) -> Session? {
        guard token.utf8.count <= Self.tokenBytesMax,
            let access = tokens.access(TokenDigest(token), at: environment.now()), access.scopes.allow(.api),
            !access.needsFactor
        else { return nil }
        return access.session
    }

    /// The sign-in that a token stands for, once ``access(token:)`` has found it.
    public func accessSession(ofToken token: String) -> RecordID? { tokens.remembered(TokenDigest(token))?.row }

    private static let tokenBytesMax = 200

    /// Ends a token; with a refresh token, all that was granted with it. Unknown ones are passed over: the answer tells a guesser
    /// nothing.
    public func revoke(token: String) async throws {
        if try await revoke(refreshToken: token) { return }
        let digest = TokenDigest(token)
        tokens.forget(digest)
        let session = system("sign-out")
        let rows = try await session.query(
            "SELECT Id, UserId FROM AccessSession WHERE TokenHash = :digest",
            bindings: ["digest": .one(.text(digest.text))]
        )
        for row in rows { record(.logout, "", user: row["UserId"].id, nil, address: "") }
        _ = try await session.purge(rows.compactMap(\.id), onFailure: .keepGoing)
    }

    /// Ends one of the sign-ins that ``accessSessions(of:)`` lists.
    public func revoke(_ accessSession: RecordID, of user: RecordID) async throws {
        let session = system("sign-out")
        let rows = try await session.query(
            "SELECT Id, TokenHash FROM AccessSession WHERE Id = :row AND UserId = :user",
            bindings: ["row": .one(.id(accessSession)), "user": .one(.id(user))]
        )
        for row in rows {
            if let digest = row["TokenHash"].text.flatMap(TokenDigest.init(text:)) { tokens.forget(digest) }
            record(.logout, "", user: user, nil, address: "")
        }
        _ = try await session.purge(rows.compactMap(\.id), onFailure: .keepGoing)
    }

    /// Ends all sign-ins of a user: after a deactivation, a change of password, a theft.
    ///
    /// - Parameter kept: One that stays.
    public func revokeAll(of user: RecordID, but kept: RecordID? = nil) async throws {
        let session = system("sign-out everywhere")
        for object in ["AuthorizationGrant", "AccessSession"] {
            let rows = try await session.query(
                "SELECT Id FROM \(object) WHERE UserId = :user", bindings: ["user": .one(.id(user))]
            )
            _ = try await session.purge(rows.compactMap(\.id).filter { $0 != kept }, onFailure: .keepGoing)
        }
        tokens.forget(user: user)
        record(.logout, "", user: user, nil, address: "")
    }

    /// Has the next request of each of the user's tokens read their rights again. To be called when a user was changed.
    public func userChanged(_ user: RecordID) { tokens.forget(user: user) }

    /// The living sign-ins of a user, the one used last first.
    public func accessSessions(of user: RecordID) async throws -> [AccessSession] {
        let now = environment.now()
        let rows = try await system("list of sign-ins").query(
            """
            SELECT \(AccessSession.columns) FROM AccessSession WHERE UserId = :user \
            ORDER BY LastUsedAt DESC LIMIT 1000
            """,
            bindings: ["user": .one(.id(user))]
        )
        return rows.compactMap(AccessSession.init).filter { $0.isAlive(at: now) }
    }

    private func check(_ digest: TokenDigest, at now: Instant) async throws -> TokenAccess? {
        let session = system("check of a token")
        let rows = try await session.query(
            "SELECT \(AccessSession.columns) FROM AccessSession WHERE TokenHash = :digest LIMIT 1",
            bindings: ["digest": .one(.text(digest.text))]
        )
        guard let row = rows.first, let access = AccessSession(row), let user = row["UserId"].id else {
            tokens.forget(digest)
            return nil
        }
        let known = tokens.remembered(digest)
        let lastUsed = max(access.lastUsedAt, known?.lastUsed ?? access.lastUsedAt)
        guard access.expiresAt > now, lastUsed.adding(seconds: access.idleSeconds) > now else {
            tokens.forget(digest)
            _ = try await session.purge([access.id], onFailure: .keepGoing)
            return nil
        }
        let own: Session
        do {
            own = try await engine.session(for: user, application: access.application, purpose: access.purpose)
        } catch let error as PlatformError where error.code == .invalidLogin {
            tokens.forget(digest)
            return nil
        }
        let policy = try await policy(of: user)
        guard policy.allows(at: now) else {
            tokens.forget(digest)
            return nil
        }
        let needsFactor = policy.requiresSecondFactor && !access.isStrong && access.kind == .web
        var stored = access.lastUsedAt
        if stored.adding(seconds: TokenCache.storeSeconds) <= now {
            let touch = Batch("AccessSession", ["Id": .id(access.id), "LastUsedAt": .datetime(now)])
            _ = try await session.update(touch, onFailure: .keepGoing)
            stored = now
        }
        tokens.keep(
            .init(
                session: own, scopes: access.scopes, row: access.id, expires: access.expiresAt, lastUsed: now,
                lastStored: stored, checked: now, idleSeconds: access.idleSeconds, needsFactor: needsFactor
            ),
            for: digest
        )
        return TokenAccess(session: own, scopes: access.scopes, needsFactor: needsFactor)
    }
}
