public import Engine
import Foundation
public import Records

/// An authenticator app to be set up: its secret is shown until the first code is right.
public struct NewAuthenticator: Sendable {
    public let id: RecordID
    /// In groups of four, to be typed.
    public let secret: String
    /// To be read from a picture.
    public let address: String
}

extension Identity {
    /// Codes on paper that are made at once.
    public static let recoveryCodeCount = 10
    private static let factorsMax = 20

    /// What the session's own user proves themself by, beside the password, the oldest first; codes on paper one by one.
    public func factors(of session: Session) async throws -> [SecondFactor] {
        try await factors(of: session.user, system("list of factors"))
    }

    /// Confirmed ones.
    func factors(of user: RecordID, _ session: Session) async throws -> [SecondFactor] {
        try await session.query(
            "SELECT \(SecondFactor.columns) FROM UserFactor WHERE UserId = :user AND IsConfirmed = true ORDER BY AddedAt, Id",
            bindings: ["user": .one(.id(user))]
        ).compactMap(SecondFactor.init)
    }

    // MARK: Apps

    /// A secret for an app. It counts once ``confirm(_:code:of:address:)`` had a code of it.
    public func startAuthenticator(of session: Session) async throws -> NewAuthenticator {
        guard let user = try await user(session.user) else { throw SignInRefusal.stepOver }
        let own = system("an authenticator is set up")
        let left = try await own.query(
            "SELECT Id FROM UserFactor WHERE UserId = :user AND Kind = 'totp' AND IsConfirmed = false",
            bindings: ["user": .one(.id(user.id))]
        ).compactMap(\.id)
        if !left.isEmpty { _ = try await own.purge(left, onFailure: .keepGoing) }
        let secret = Secret.randomBytes(OneTimeCode.secretBytes)
        let id = try await own.create(
            Batch(
                "UserFactor",
                [
                    "UserId": .id(user.id), "Kind": .text(SecondFactor.Kind.totp.rawValue),
                    "Secret": .text(
                        Data(try engine.seal(secret, for: Self.context(of: user.id))).base64EncodedString()),
                    "IsConfirmed": false, "AddedAt": .datetime(environment.now()),
                ]),
            onFailure: .rollbackAll
        ).firstID()
        return authenticator(id, secret, user)
    }

    /// The one that waits for its first code; nil where none does.
    public func waitingAuthenticator(of session: Session) async throws -> NewAuthenticator? {
        guard let user = try await user(session.user),
            let factor = try await unconfirmed(of: session, system("an authenticator is set up"))
        else { return nil }
        return authenticator(factor.id, try open(factor), user)
    }

    /// Takes an app whose code is right. The sign-ins of others end: who has stolen one is out.
    ///
    /// - Parameter signIn: The sign-in by which it is set up, which is proven by it too.
    /// - Throws: ``SignInRefusal/wrongCode``.
    public func confirmAuthenticator(
        named name: String, code: String, of session: Session, in signIn: RecordID? = nil
    ) async throws {
        let now = environment.now()
        try await system("an authenticator is set up").together { own in
            guard let factor = try await self.unconfirmed(of: session, own) else { throw SignInRefusal.stepOver }
            guard let step = OneTimeCode(secret: try self.open(factor)).step(of: code.filter(\.isNumber), at: now)
            else {
                throw SignInRefusal.wrongCode
            }
            _ = try await own.update(
                Batch(
                    "UserFactor",
                    [
                        "Id": .id(factor.id), "IsConfirmed": true, "LastStep": .double(Double(step)),
                        "Name": .text(Self.shortened(name)), "LastUsedAt": .datetime(now),
                    ]),
                onFailure: .rollbackAll
            ).firstID()
        }
        if let signIn { try await markProven(signIn, isStrong: true, of: session) }
    }

    // MARK: Passkeys

    /// What a new passkey is to sign.
    public func startPasskeyRegistration(of session: Session) async throws -> WaitingSignIn {
        let factors = try await factors(of: session)
        guard factors.count < Self.factorsMax + Self.recoveryCodeCount else {
            throw PlatformError(.limitExceeded, "There are too many passkeys. Remove those that are not used.")
        }
        return try await startAttempt(.register, user: session.user, application: nil, factors)
    }

    /// Takes a new passkey.
    ///
    /// - Throws: ``SignInRefusal/badPasskey(_:)``, ``SignInRefusal/stepOver``.
    public func addPasskey(
        _ token: String, _ answer: PasskeyAnswer, named name: String, at site: PasskeySite, of session: Session,
        in signIn: RecordID? = nil
    ) async throws {
        let own = system("a passkey is added")
        let attempt = try await attempt(token, [.register], own)
        try await end(attempt)
        guard attempt.user == session.user else { throw SignInRefusal.stepOver }
        let new = try PasskeyCheck(site: site, challenge: attempt.challenge).registered(answer)
        let outcome = try await own.create(
            Batch(
                "UserFactor",
                [
                    "UserId": .id(session.user), "Kind": .text(SecondFactor.Kind.passkey.rawValue),
                    "Name": .text(Self.shortened(name)), "CredentialId": .text(new.credentialID),
                    "CredentialHash": .text(Secret.digest(new.credentialID)), "PublicKey": .text(new.publicKey),
                    "Algorithm": .integer(Int64(answer.algorithm)), "SignCount": .double(Double(new.signCount)),
                    "IsConfirmed": true, "AddedAt": .datetime(environment.now()),
                ]),
            onFailure: .rollbackAll)
        if outcome.first?.errors.isEmpty == false { throw SignInRefusal.badPasskey("the passkey is known already") }
        if let signIn { try await markProven(signIn, isStrong: true, of: session) }
    }

    // MARK: Codes on paper

    /// New codes in place of the old ones, shown this once.
    public func newRecoveryCodes(of session: Session) async throws -> [String] {
        let codes = (0..<Self.recoveryCodeCount).map { _ in
            Secret.text(length: Self.codeLength, of: Self.codeAlphabet)
        }
        let now = environment.now()
        try await system("new recovery codes").together { own in
            let old = try await self.factors(of: session.user, own).filter { $0.kind == .recovery }.map(\.id)
            if !old.isEmpty { _ = try await own.purge(old, onFailure: .rollbackAll) }
            let batch = Batch(
                "UserFactor", fields: ["UserId", "Kind", "Secret", "IsConfirmed", "AddedAt"],
                rows: codes.map { code in
                    [
                        .id(session.user), .text(SecondFactor.Kind.recovery.rawValue), .text(Secret.digest(code)),
                        true, .datetime(now),
                    ]
                })
            _ = try await own.create(batch, onFailure: .rollbackAll).firstID()
        }
        return codes.map { code in
            stride(from: 0, to: Self.codeLength, by: 4).map { String(code.dropFirst($0).prefix(4)) }
                .joined(separator: "-")
        }
    }

    // MARK: Removal

    /// Removes one of the session's own user's; with the last one, the codes on paper too.
    public func removeFactor(_ id: RecordID, of session: Session) async throws {
        try await system("a factor is removed").together { own in
            let factors = try await self.factors(of: session.user, own)
            guard let factor = factors.first(where: { $0.id == id }) else { return }
            let left = factors.filter { $0.id != factor.id && $0.kind != .recovery }
            let gone = left.isEmpty ? factors.map(\.id) : [factor.id]
            _ = try await own.purge(gone, onFailure: .rollbackAll)
        }
    }

    /// Removes all of a user who has lost them, and ends their sign-ins; they sign in by password alone then. For an
    /// operator's command.
    ///
    /// - Returns: How many there were, codes on paper not counted.
    public func removeFactors(of user: RecordID) async throws -> Int {
        let own = system("factors are removed by the operator")
        let factors = try await factors(of: user, own)
        if !factors.isEmpty { _ = try await own.purge(factors.map(\.id), onFailure: .rollbackAll) }
        try await revokeAll(of: user)
        return factors.count { $0.kind != .recovery }
    }

    // MARK: Pieces

    func open(_ factor: SecondFactor) throws -> [UInt8] {
        try engine.open(
            Array(Data(base64Encoded: factor.secret) ?? Data()), for: Self.context(of: factor.user))
    }

    private func unconfirmed(of session: Session, _ own: Session) async throws -> SecondFactor? {
        try await own.query(
            """
            SELECT \(SecondFactor.columns) FROM UserFactor WHERE UserId = :user AND Kind = 'totp' \
            AND IsConfirmed = false ORDER BY Id DESC LIMIT 1
            """,
            bindings: ["user": .one(.id(session.user))]
        ).first.flatMap(SecondFactor.init)
    }

    private func authenticator(_ id: RecordID, _ secret: [UInt8], _ user: UserDetails) -> NewAuthenticator {
        let text = Base32.encode(secret)
        return NewAuthenticator(
            id: id,
            secret: stride(from: 0, to: text.count, by: 4).map { String(text.dropFirst($0).prefix(4)) }
                .joined(separator: " "),
            address: OneTimeCode(secret: secret).address(
                issuer: "Azukari (\(engine.organisation.name))", account: user.username))
    }

    private static func context(of user: RecordID) -> String { "authenticator of \(user)" }

    private static func shortened(_ name: String) -> String {
        String(name.trimmingCharacters(in: .whitespacesAndNewlines).prefix(80))
    }

    /// Of five bits each: with less than 112 a plain digest would not do (ASVS 5.0, 6.5.2).
    private static let codeLength = 24
    private static let codeAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
}
