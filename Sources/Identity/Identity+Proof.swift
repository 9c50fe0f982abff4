public import Engine
public import Records
import Synchronization

/// Whoever comes back to a desk that was left open is not asked to sign in, but is before what cannot be taken back.
extension Identity {
    /// For how long a proof counts.
    public static let proofSecondsMax: Int64 = 900

    /// Whether the user of a sign-in has shown lately that it is them.
    public func isProven(_ signIn: RecordID, within seconds: Int64 = proofSecondsMax) async throws -> Bool {
        let rows = try await system("a proof is asked for").query(
            "SELECT ProvenAt FROM AccessSession WHERE Id = :row", bindings: ["row": .one(.id(signIn))])
        guard let proven = rows.first?["ProvenAt"].datetime else { return false }
        return proven.adding(seconds: seconds) > environment.now()
    }

    /// How the session's user can show it beside the password: with what a passkey is to sign.
    public func startProof(of session: Session) async throws -> WaitingSignIn {
        try await startAttempt(.prove, user: session.user, application: nil, try await factors(of: session))
    }

    /// Shows it by the password, and a code where the user has any.
    ///
    /// - Returns: The sign-in's new token; the old one is no longer good.
    /// - Throws: ``SignInRefusal/wrongCredentials``, ``SignInRefusal/wrongCode``.
    public func prove(
        _ signIn: RecordID, password: String, code: String, of session: Session, address: String
    ) async throws -> String {
        guard let user = try await user(session.user) else { throw SignInRefusal.wrongCredentials }
        let factors = try await factors(of: session)
        _ = try await checkedCredential(
            username: user.username, password: password, address: address,
            application: SigningApplication(name: session.application, kind: .web, purposes: [session.purpose]))
        if factors.contains(where: { $0.kind != .recovery }) {
            guard try await takes(code, of: session.user, address: address) else { throw SignInRefusal.wrongCode }
        }
        let renewed = newToken()
        try await markProven(
            signIn, isStrong: factors.contains { $0.kind != .recovery }, of: session, renewedAs: renewed)
        return renewed
    }

    /// Shows it by a passkey.
    ///
    /// - Returns: The sign-in's new token; the old one is no longer good.
    /// - Throws: ``SignInRefusal/badPasskey(_:)``, ``SignInRefusal/stepOver``.
    public func prove(
        _ signIn: RecordID, _ token: String, passkey answer: PasskeyAnswer, at site: PasskeySite, of session: Session,
        address: String
    ) async throws -> String {
        let attempt = try await attempt(token, [.prove], system("a proof"))
        try await end(attempt)
        guard attempt.user == session.user else { throw SignInRefusal.stepOver }
        _ = try await use(answer, attempt, at: site, address: address)
        let renewed = newToken()
        try await markProven(signIn, isStrong: true, of: session, renewedAs: renewed)
        return renewed
    }

    func markProven(
        _ signIn: RecordID, isStrong: Bool, of session: Session, renewedAs token: String? = nil
    ) async throws {
        let own = system("a proof")
        let rows = try await own.query(
            "SELECT Id FROM AccessSession WHERE Id = :row AND UserId = :user",
            bindings: ["row": .one(.id(signIn)), "user": .one(.id(session.user))])
        guard let row = rows.first?.id else { throw SignInRefusal.stepOver }
        var batch = Batch("AccessSession", ["Id": .id(row), "ProvenAt": .datetime(environment.now())])
        if isStrong {
            batch.fields.append("IsStrong")
            batch.rows[0].append(true)
        }
        if let token {
            batch.fields.append("TokenHash")
            batch.rows[0].append(.text(TokenDigest(token).text))
        }
        _ = try await own.update(batch, onFailure: .rollbackAll).firstID()
        tokens.forget(user: session.user)
    }
}
