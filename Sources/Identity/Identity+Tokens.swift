public import Engine
public import Records

extension Identity {
    /// The session that a token stands for; nil when it is unknown, expired, revoked, or its user is inactive.
    ///
    /// Costs one digest and one look into memory, and a read of the database every 15 seconds.
    public func session(token: String) async throws -> Session? {
        if let session = rememberedSession(token: token) { return session }
        guard token.utf8.count <= Self.tokenBytesMax else { return nil }
        return try await check(TokenDigest(token), at: environment.now())
    }

    /// The same as far as it is known without a look into the database; nil tells nothing then.
    public func rememberedSession(token: String) -> Session? {
        guard token.utf8.count <= Self.tokenBytesMax else { return nil }
        return tokens.session(TokenDigest(token), at: environment.now())
    }

    private static let tokenBytesMax = 200

    /// Ends a token. Unknown ones are passed over: the answer tells a guesser nothing.
    public func revoke(token: String) async throws {
        let digest = TokenDigest(token)
        tokens.forget(digest)
        let session = system("sign-out")
        let rows = try await session.query(
            "SELECT Id FROM AccessSession WHERE TokenHash = :digest", bindings: ["digest": .one(.text(digest.text))]
        )
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
        }
        _ = try await session.purge(rows.compactMap(\.id), onFailure: .keepGoing)
    }

    /// Ends all sign-ins of a user: after a deactivation, a change of password, a theft.
    public func revokeAll(of user: RecordID) async throws {
        let session = system("sign-out everywhere")
        let rows = try await session.query(
            "SELECT Id FROM AccessSession WHERE UserId = :user", bindings: ["user": .one(.id(user))]
        )
        _ = try await session.purge(rows.compactMap(\.id), onFailure: .keepGoing)
        tokens.forget(user: user)
    }

    /// Has the next request of each of the user's tokens read their rights again. To be called when a user was changed.
    public func userChanged(_ user: RecordID) { tokens.forget(user: user) }

    /// The living sign-ins of a user, the one used last first.
    public func accessSessions(of user: RecordID) async throws -> [AccessSession] {
        let now = environment.now()
        let rows = try await system("list of sign-ins").query(
            """
            SELECT Id, ApplicationName, Kind, Purpose, CreatedAt, ExpiresAt, LastUsedAt FROM AccessSession \
            WHERE UserId = :user ORDER BY LastUsedAt DESC LIMIT 1000
            """,
            bindings: ["user": .one(.id(user))]
        )
        return rows.compactMap(AccessSession.init).filter { $0.isAlive(at: now) }
    }

    private func check(_ digest: TokenDigest, at now: Instant) async throws -> Session? {
        let session = system("check of a token")
        let rows = try await session.query(
            """
            SELECT Id, UserId, ApplicationName, Kind, Purpose, CreatedAt, ExpiresAt, LastUsedAt FROM AccessSession \
            WHERE TokenHash = :digest LIMIT 1
            """,
            bindings: ["digest": .one(.text(digest.text))]
        )
        guard let row = rows.first, let access = AccessSession(row), let user = row["UserId"].id else {
            tokens.forget(digest)
            return nil
        }
        let known = tokens.remembered(digest)
        let lastUsed = max(access.lastUsedAt, known?.lastUsed ?? access.lastUsedAt)
        guard access.expiresAt > now, lastUsed.adding(seconds: TokenCache.idleSecondsMax) > now else {
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
        var stored = access.lastUsedAt
        if stored.adding(seconds: TokenCache.storeSeconds) <= now {
            let touch = Batch("AccessSession", ["Id": .id(access.id), "LastUsedAt": .datetime(now)])
            _ = try await session.update(touch, onFailure: .keepGoing)
            stored = now
        }
        tokens.keep(
            .init(
                session: own, row: access.id, expires: access.expiresAt, lastUsed: now, lastStored: stored, checked: now
            ),
            for: digest
        )
        return own
    }
}
