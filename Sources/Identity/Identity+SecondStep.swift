public import Engine
public import Records
import Synchronization

extension Identity {
    /// Signs a user in by password, as far as that goes: who has a second factor is asked for it.
    ///
    /// - Throws: ``SignInRefusal/wrongCredentials`` for every refusal, after the same work.
    public func start(
        username: String, password: String, address: String, application: SigningApplication
    ) async throws -> SignInOutcome {
        let credential = try await checkedCredential(
            username: username, password: password, address: address, application: application)
        let factors = try await factors(of: credential.user, system("sign-in"))
        guard factors.contains(where: { $0.kind != .recovery }) else {
            return .granted(
                try await grant(
                    user: credential.user, application: application, isPasswordInitial: credential.isInitial,
                    address: address))
        }
        return .waiting(
            try await startAttempt(.second, user: credential.user, application: application, factors))
    }

    /// What a passkey is to sign that says who signs in, without a name or a password.
    public func startPasskey(application: SigningApplication) async throws -> WaitingSignIn {
        try await startAttempt(.passkey, user: nil, application: application)
    }

    /// How a sign-in can go on that waits.
    ///
    /// - Throws: ``SignInRefusal/stepOver``.
    public func waiting(_ token: String) async throws -> WaitingSignIn {
        let session = system("sign-in")
        let attempt = try await attempt(token, [.second, .passkey], session)
        guard let user = attempt.user else {
            return WaitingSignIn(token: token, challenge: attempt.challenge, kinds: [.passkey], credentialIDs: [])
        }
        let factors = try await factors(of: user, session)
        return WaitingSignIn(
            token: token, challenge: attempt.challenge, kinds: Set(factors.map(\.kind)),
            credentialIDs: factors.filter { $0.kind == .passkey }.map(\.credentialID))
    }

    /// Goes on with a code of an app, or one on paper.
    ///
    /// - Throws: ``SignInRefusal/wrongCode``, ``SignInRefusal/stepOver`` after five of them.
    public func finish(_ token: String, code: String, address: String) async throws -> AccessGrant {
        let attempt = try await attempt(token, [.second], system("sign-in"))
        guard let user = attempt.user else { throw SignInRefusal.stepOver }
        guard try await takes(code, of: user, address: address) else {
            let session = system("a wrong code")
            _ = try await session.update(
                Batch(
                    "SignInAttempt", ["Id": .id(attempt.id), "FailedCount": .integer(attempt.failedCount + 1)]),
                onFailure: .keepGoing)
            record(
                .login, "LOGIN_ERROR_INVALID_SECOND_FACTOR", user: user, attempt.signing, address: address)
            throw SignInRefusal.wrongCode
        }
        try await end(attempt)
        return try await grant(
            user: user, application: attempt.signing, isPasswordInitial: false, address: address, isStrong: true)
    }

    /// Goes on with a passkey, after a password or without one.
    ///
    /// - Parameters:
    ///   - site: Where the page is.
    /// - Throws: ``SignInRefusal/badPasskey(_:)``, ``SignInRefusal/stepOver``.
    public func finish(
        _ token: String, passkey answer: PasskeyAnswer, at site: PasskeySite, address: String
    ) async throws -> AccessGrant {
        let attempt = try await attempt(token, [.second, .passkey], system("sign-in"))
        // A challenge is good once, whatever becomes of it.
        try await end(attempt)
        let user = try await use(answer, attempt, at: site, address: address)
        return try await grant(
            user: user, application: attempt.signing, isPasswordInitial: false, address: address, isStrong: true)
    }

    /// Whether a code is one of the user's, which it then was: each is good once.
    ///
    /// Wrong ones are counted by user alone, from wherever they come: only who has the password comes so far, so no stranger locks
    /// anybody out.
    func takes(_ code: String, of user: RecordID, address: String) async throws -> Bool {
        let now = environment.now()
        let guessed = "code of \(user)"
        guard throttle.withLock({ $0.allows(user: guessed, address: guessed, at: now) }) else { return false }
        let typed = code.uppercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        let isRight = try await system("check of a code").together { session in
            let factors = try await self.factors(of: user, session)
            for factor in factors where factor.kind == .totp && typed.utf8.count == OneTimeCode.digits {
                let code = OneTimeCode(secret: try self.open(factor))
                guard let step = code.step(of: typed, at: now), step > factor.lastStep else { continue }
                _ = try await session.update(
                    Batch(
                        "UserFactor",
                        [
                            "Id": .id(factor.id), "LastStep": .double(Double(step)), "LastUsedAt": .datetime(now),
                        ]),
                    onFailure: .rollbackAll
                ).firstID()
                return true
            }
            let digest = Array(Secret.digest(typed).utf8)
            for factor in factors where factor.kind == .recovery && Secret.areEqual(Array(factor.secret.utf8), digest) {
                _ = try await session.purge([factor.id], onFailure: .rollbackAll)
                return true
            }
            return false
        }
        throttle.withLock {
            if isRight {
                $0.succeeded(user: guessed, address: guessed)
            } else {
                $0.failed(user: guessed, address: guessed, at: now)
            }
        }
        return isRight
    }

    /// Whose passkey has signed the challenge of a step.
    func use(
        _ answer: PasskeyAnswer, _ attempt: SignInAttempt, at site: PasskeySite, address: String
    ) async throws -> RecordID {
        let check = PasskeyCheck(site: site, challenge: attempt.challenge)
        do {
            return try await system("use of a passkey").together { session in
                guard let factor = try await self.passkey(answer.credentialID, session),
                    attempt.user == nil || attempt.user == factor.user
                else { throw SignInRefusal.badPasskey("the passkey is not known here") }
                let count = try check.used(answer, factor)
                _ = try await session.update(
                    Batch(
                        "UserFactor",
                        [
                            "Id": .id(factor.id), "SignCount": .double(Double(count)),
                            "LastUsedAt": .datetime(self.environment.now()),
                        ]),
                    onFailure: .rollbackAll
                ).firstID()
                return factor.user
            }
        } catch let refusal as SignInRefusal {
            record(
                .login, "LOGIN_ERROR_INVALID_SECOND_FACTOR", user: attempt.user, attempt.signing, address: address)
            throw refusal
        }
    }

    private func passkey(_ credentialID: String, _ session: Session) async throws -> SecondFactor? {
        try await session.query(
            "SELECT \(SecondFactor.columns) FROM UserFactor WHERE CredentialHash = :digest LIMIT 1",
            bindings: ["digest": .one(.text(Secret.digest(credentialID)))]
        ).first.flatMap(SecondFactor.init)
    }
}

extension SignInAttempt {
    fileprivate var signing: SigningApplication {
        SigningApplication(name: application, kind: .web, purposes: [purpose])
    }
}
