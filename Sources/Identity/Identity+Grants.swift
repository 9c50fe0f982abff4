import Engine
public import Records

extension Identity {
    /// Redeems a code that the browser brought (RFC 6749, section 4.1.3).
    ///
    /// - Parameters:
    ///   - redirectURI: The same as in the request; nil where there was none.
    ///   - verifier: What the challenge was made of (RFC 7636, section 4.6).
    /// - Throws: ``SignInRefusal``. A code that comes a second time ends what was granted for it.
    public func redeem(
        code: String, redirectURI: String?, verifier: String?, by application: ConnectedApplication
    ) async throws -> AccessGrant {
        try await spend(code, of: .code, by: application, otherwise: .badGrant("expired authorization code")) { grant in
            // Who left it out when asking may leave it out here.
            guard redirectURI == grant.redirectURI || (redirectURI == nil && application.redirectURIs.count == 1) else {
                throw SignInRefusal.wrongRedirect
            }
            if let challenge = grant.challenge {
                guard let verifier, ProofKey.isRight(verifier, for: challenge) else {
                    throw SignInRefusal.badGrant("invalid code verifier")
                }
            } else if verifier != nil || application.isPublic {
                // A code that was asked for without a challenge was not asked for by whoever has a verifier.
                throw SignInRefusal.badGrant("invalid code verifier")
            }
            return grant.scopes
        }
    }

    /// Gives a new token for a refresh token (RFC 6749, section 6).
    ///
    /// - Parameter scopes: Names of fewer than were granted; nil: as many.
    /// - Throws: ``SignInRefusal``. A token that was replaced by another and comes again ends what was granted (RFC 9700, section 4.14.2).
    public func refresh(
        _ token: String, scopes: String?, by application: ConnectedApplication
    ) async throws -> AccessGrant {
        try await spend(
            token, of: .granted, by: application, otherwise: .badGrant("expired access/refresh token")
        ) { grant in
            guard let scopes else { return grant.scopes }
            guard let fewer = Scopes(scopes), fewer.isSubset(of: grant.scopes) else { throw SignInRefusal.badScope }
            return fewer
        }
    }

    /// What a token of a grant led to inside its transaction, whose writes are to stay.
    enum Spending {
        case done(Grant, scopes: Scopes, refreshToken: String?)
        /// It was spent before.
        case replayed(Grant)
        case refused(SignInRefusal)
    }

    /// Spends a code, a device code or a refresh token. Of two who bring the same at once, one finds it spent.
    func spend(
        _ text: String, of kind: Grant.Kind, by application: ConnectedApplication, otherwise refusal: SignInRefusal,
        _ check: @escaping @Sendable (Grant) throws -> Scopes
    ) async throws -> AccessGrant {
        guard let token = GrantToken(text) else { throw refusal }
        let now = environment.now()
        let spending = try await system("a token is given").together { session in
            guard let grant = try await self.grant(token.grant, session), grant.application == application.id else {
                return Spending.refused(refusal)
            }
            if token.isKept(as: grant.previousHash) { return .replayed(grant) }
            guard grant.kind == kind, token.isKept(as: grant.tokenHash), grant.expiresAt > now else {
                return .refused(refusal)
            }
            let scopes = try check(grant)
            let isRenewable = grant.scopes.contains(.refresh) && application.refreshDays > 0
            let secret =
                isRenewable && (kind != .granted || application.isRotating || application.isPublic)
                ? GrantToken.newSecret() : nil
            let life = isRenewable ? Int64(application.refreshDays) * 86_400 : TokenCache.lifeSecondsMax
            var batch = Batch(
                "AuthorizationGrant",
                [
                    "Id": .id(grant.id), "LastUsedAt": .datetime(now),
                    "ExpiresAt": .datetime(now.adding(seconds: life)), "Kind": .text(Grant.Kind.granted.rawValue),
                    "UserCodeHash": .null,
                ])
            if kind != .granted || secret != nil {
                batch.fields += ["PreviousHash", "TokenHash"]
                batch.rows[0] += [.text(token.digest), secret.map { .text(Secret.digest($0)) } ?? .null]
            }
            _ = try await session.update(batch, onFailure: .rollbackAll).firstID()
            return .done(grant, scopes: scopes, refreshToken: secret.map { GrantToken(of: grant.id, secret: $0).text })
        }
        switch spending {
        case .refused(let refusal): throw refusal
        case .replayed(let grant):
            try await end(grant)
            throw refusal
        case .done(let grant, let scopes, let refreshToken):
            guard let user = grant.user else { throw refusal }
            let signing = SigningApplication(
                name: application.name, kind: .api, purposes: application.signing.purposes,
                application: application.id, scopes: scopes, grant: grant.id)
            var given: AccessGrant
            do {
                given = try await self.grant(user: user, application: signing, isPasswordInitial: false)
            } catch let error as PlatformError where error.code == .invalidCrossReferenceKey {
                // It came a second time meanwhile, which has ended it.
                throw refusal
            }
            given.refreshToken = refreshToken
            given.nonce = kind == .code ? grant.nonce : nil
            return given
        }
    }

    func grant(_ id: RecordID, _ session: Session) async throws -> Grant? {
        try await session.query(
            "SELECT \(Grant.columns) FROM AuthorizationGrant WHERE Id = :grant", bindings: ["grant": .one(.id(id))]
        ).first.flatMap(Grant.init)
    }

    /// What a user has allowed, the one used last first.
    public func grants(of user: RecordID) async throws -> [Grant] {
        let rows = try await system("list of what was allowed").query(
            """
            SELECT \(Grant.columns) FROM AuthorizationGrant WHERE UserId = :user AND Kind = 'granted' \
            AND ExpiresAt > :now ORDER BY LastUsedAt DESC LIMIT 1000
            """,
            bindings: ["user": .one(.id(user)), "now": .one(.datetime(environment.now()))])
        return rows.compactMap(Grant.init)
    }

    /// Takes back what a user has allowed, with every token of it. What is not theirs is left alone.
    public func revoke(grant id: RecordID, of user: RecordID) async throws {
        guard let grant = try await grant(id, system("an application is no longer allowed in")), grant.user == user
        else {
            return
        }
        try await end(grant)
    }

    /// Ends a refresh token's grant (RFC 7009, section 2.1); false when it is none.
    func revoke(refreshToken text: String) async throws -> Bool {
        guard let token = GrantToken(text), let grant = try await grant(token.grant, system("sign-out")),
            token.isKept(as: grant.tokenHash)
        else { return false }
        try await end(grant)
        return true
    }

    private func end(_ grant: Grant) async throws {
        _ = try await system("what was granted is ended").purge([grant.id], onFailure: .keepGoing)
        if let user = grant.user { tokens.forget(user: user) }
    }

    /// Removes what nobody can use any more: sign-ins and grants that are over.
    public func tidy() async throws {
        let session = system("sign-ins that are over")
        let now = environment.now()
        for (query, moment) in [
            ("SELECT Id FROM AccessSession WHERE ExpiresAt < :moment LIMIT 2000", now),
            (
                "SELECT Id FROM AccessSession WHERE LastUsedAt < :moment LIMIT 2000",
                now.adding(seconds: -TokenCache.idleSecondsMax - TokenCache.storeSeconds)
            ),
            ("SELECT Id FROM AuthorizationGrant WHERE ExpiresAt < :moment LIMIT 2000", now),
        ] {
            while true {
                let rows = try await session.query(query, bindings: ["moment": .one(.datetime(moment))])
                let ids = rows.compactMap(\.id)
                let isAnyGone = try await session.purge(ids, onFailure: .keepGoing).contains { outcome in
                    if case .done = outcome { true } else { false }
                }
                guard ids.count == 2000, isAnyGone else { break }
            }
        }
    }
}
