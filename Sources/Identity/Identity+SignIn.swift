public import Engine
public import Records
import Synchronization

extension Identity {
    /// Signs a user in by password.
    ///
    /// - Parameters:
    ///   - username: compared without case.
    ///   - address: the caller's network address, for the throttle.
    /// - Throws: ``SignInRefusal/wrongCredentials`` for every refusal, after the same work.
    public func signIn(
        username: String, password: String, address: String, application: SigningApplication
    ) async throws -> AccessGrant {
        let credential = try await checkedCredential(
            username: username, password: password, address: address, application: application, takesCode: true)
        let policy = try await policy(of: credential.user)
        guard credential.isStrong || !policy.requiresSecondFactor else {
            record(.login, "LOGIN_ERROR_SECOND_FACTOR_REQUIRED", user: credential.user, application, address: address)
            throw SignInRefusal.secondFactorNeeded
        }
        return try await grant(
            user: credential.user, application: application, isPasswordInitial: credential.isInitial,
            address: address, isStrong: credential.isStrong)
    }

    /// Who that is, after the same work for every refusal.
    ///
    /// - Parameter takesCode: Programs have no page for a second step: the code stands behind the password, as clients of the
    ///   platform send their security token, and whoever has a second factor does not come in without one.
    func checkedCredential(
        username: String, password: String, address: String, application: SigningApplication, takesCode: Bool = false
    ) async throws -> Credential {
        let now = environment.now()
        func refuse(_ outcome: String, _ user: RecordID?) -> SignInRefusal {
            record(.login, outcome, user: user, application, address: address, since: now)
            return .wrongCredentials
        }
        guard throttle.withLock({ $0.allows(user: username, address: address, at: now) }) else {
            throw refuse("LOGIN_ERROR_TOO_MANY_ATTEMPTS", nil)
        }
        var credential = try await credential(of: username)
        var (password, code) = (password, "")
        if takesCode, let user = credential?.user,
            try await factors(of: user, system("sign-in")).contains(where: { $0.kind != .recovery })
        {
            code = String(password.suffix(OneTimeCode.digits))
            password = String(password.dropLast(OneTimeCode.digits))
            credential?.isStrong = true
        }
        let (hash, typed) = (credential?.hash ?? dummyHash, password)
        let isRight = try await hashing.run { try hash.matches(typed) }
        guard let credential, isRight else {
            throttle.withLock { $0.failed(user: username, address: address, at: now) }
            throw refuse("LOGIN_ERROR_INVALID_PASSWORD", credential?.user)
        }
        if credential.isStrong, try await !takes(code, of: credential.user, address: address) {
            throttle.withLock { $0.failed(user: username, address: address, at: now) }
            throw refuse("LOGIN_ERROR_INVALID_SECOND_FACTOR", credential.user)
        }
        throttle.withLock { $0.succeeded(user: username, address: address) }
        return credential
    }

    /// Signs an application in as the user it is registered to run as.
    public func signIn(clientID: String, clientSecret: String, address: String) async throws -> AccessGrant {
        let application = try await self.application(
            clientID: clientID, clientSecret: clientSecret, address: address, flow: .clientCredentials
        )
        guard let user = application.runAs else { throw SignInRefusal.flowNotAllowed }
        return try await grant(user: user, application: application.signing, isPasswordInitial: false, address: address)
    }

    /// Tells the event log of a sign-in or a sign-out. What was typed is not told: it may be a password.
    func record(
        _ kind: MonitoredEvent.Kind, _ outcome: String, user: RecordID?, _ application: SigningApplication?,
        address: String, under purpose: String = "", since began: Instant? = nil
    ) {
        let now = environment.now()
        var event = MonitoredEvent(kind, at: now)
        event.user = user
        event.application = application?.name ?? ""
        event.purpose = purpose
        event.clientIP = address
        event.outcome = outcome
        event.milliseconds = began.map { now.milliseconds - $0.milliseconds } ?? 0
        engine.record(event)
    }

    /// Makes the token and keeps its digest.
    func grant(
        user: RecordID, application: SigningApplication, isPasswordInitial: Bool, address: String? = nil,
        isStrong: Bool = false
    ) async throws -> AccessGrant {
        let session: Session
        do {
            let allowed = try await engine.purposes(of: user)
            let mayFollow = application.application == nil
            guard
                let purpose = application.purposes.first(where: allowed.contains) ?? (mayFollow ? allowed.first : nil)
            else {
                record(.login, "LOGIN_ERROR_PURPOSE", user: user, application, address: address ?? "")
                throw SignInRefusal.purposeNotAllowed
            }
            session = try await engine.session(for: user, application: application.name, purpose: purpose)
        } catch let error as PlatformError where error.code == .invalidLogin {
            record(.login, "LOGIN_ERROR_USER_INACTIVE", user: user, application, address: address ?? "")
            throw SignInRefusal.wrongCredentials
        }
        let policy = try await checkedPolicy(of: user, application, address: address)
        let address = address ?? ""
        let now = environment.now()
        let token = newToken()
        let digest = TokenDigest(token)
        let expires = now.adding(seconds: policy.lifeSeconds)
        let outcomes = try await system("sign-in").create(
            Batch(
                "AccessSession",
                [
                    "UserId": .id(user), "TokenHash": .text(digest.text), "ApplicationName": .text(application.name),
                    "ApplicationId": application.application.map(Value.id) ?? .null,
                    "Scopes": application.scopes.map { .text($0.text) } ?? .null,
                    "GrantId": application.grant.map(Value.id) ?? .null,
                    "Kind": .text(application.kind.rawValue), "Purpose": .text(session.purpose),
                    "IsStrong": .boolean(isStrong), "IdleSeconds": .integer(policy.idleSeconds),
                    "ProvenAt": .datetime(now),
                    "CreatedAt": .datetime(now), "ExpiresAt": .datetime(expires), "LastUsedAt": .datetime(now),
                ]),
            onFailure: .rollbackAll
        )
        let row = try outcomes.firstID()
        tokens.keep(
            .init(
                session: session, scopes: application.scopes ?? .full, row: row, expires: expires, lastUsed: now,
                lastStored: now, checked: now, idleSeconds: policy.idleSeconds,
                needsFactor: policy.requiresSecondFactor && !isStrong && application.kind == .web),
            for: digest
        )
        record(
            .login, "LOGIN_NO_ERROR", user: user, application, address: address, under: session.purpose)
        return AccessGrant(
            token: token, session: session, issuedAt: now,
            idleSecondsMax: Int(policy.idleSeconds), isPasswordInitial: isPasswordInitial,
            scopes: application.scopes ?? .full
        )
    }

    /// - Parameter address: Nil where the caller came in before, and from there.
    private func checkedPolicy(
        of user: RecordID, _ application: SigningApplication, address: String?
    ) async throws -> SignInPolicy {
        let policy = try await policy(of: user)
        if let address, !policy.allows(address) {
            record(.login, "LOGIN_ERROR_RESTRICTED_IP", user: user, application, address: address)
            throw SignInRefusal.addressNotAllowed
        }
        guard policy.allows(at: environment.now()) else {
            record(.login, "LOGIN_ERROR_RESTRICTED_TIME", user: user, application, address: address ?? "")
            throw SignInRefusal.addressNotAllowed
        }
        return policy
    }

    func newToken() -> String { "\(organisationID.text15)!\(Secret.text(length: 64))" }

    struct Credential {
        let user: RecordID
        let hash: PasswordHash
        let isInitial: Bool
        /// Proven by a second factor too.
        var isStrong = false
    }

    /// The active user of that name.
    func user(named username: String) async throws -> RecordID? {
        try await system("sign-in").query(
            "SELECT Id FROM User WHERE Username = :name AND IsActive = true LIMIT 1",
            bindings: ["name": .one(.text(username))]
        ).first?.id
    }

    func credential(of username: String) async throws -> Credential? {
        guard let user = try await user(named: username) else { return nil }
        let rows = try await system("sign-in").query(
            "SELECT PasswordHash, ChangedDate FROM UserCredential WHERE UserId = :user LIMIT 1",
            bindings: ["user": .one(.id(user))]
        )
        guard let row = rows.first, let hash = row["PasswordHash"].text.flatMap(PasswordHash.init) else { return nil }
        return Credential(user: user, hash: hash, isInitial: row["ChangedDate"].isNull)
    }
}

extension [Outcome] {
    /// The id of the one row that was written; throws its first error otherwise.
    func firstID() throws -> RecordID {
        switch first {
        case .done(let id, _): return id
        case .refused(let errors):
            throw errors.first ?? PlatformError(.unknownException, "The row was refused without a reason.")
        case nil: throw PlatformError(.unknownException, "The write answered nothing.")
        }
    }
}
