import Engine
import Records

/// A sign-in that waits for its next step: after the password for a second factor, or for a passkey.
struct SignInAttempt {
    enum Step: String {
        /// The password was right.
        case second
        /// Nobody yet: a passkey says who.
        case passkey
        /// Somebody signed in adds a passkey.
        case register
        /// Somebody signed in shows again that it is them.
        case prove
    }

    let id: RecordID
    let step: Step
    let user: RecordID?
    let application: String
    let purpose: String
    let challenge: String
    let failedCount: Int64
    let expires: Instant

    static let secondsMax: Int64 = 300
    /// Wrong codes before the password is asked for again.
    static let failuresMax: Int64 = 5
    static let columns = "Id, Step, UserId, ApplicationName, Purpose, Challenge, FailedCount, ExpiresAt"

    /// - Parameter row: With ``columns``.
    init?(_ row: Record) {
        guard let id = row.id, let step = row["Step"].text.flatMap(Step.init), let expires = row["ExpiresAt"].datetime
        else { return nil }
        self.id = id
        self.step = step
        self.expires = expires
        user = row["UserId"].id
        application = row["ApplicationName"].text ?? ""
        purpose = row["Purpose"].text ?? ""
        challenge = row["Challenge"].text ?? ""
        failedCount = row["FailedCount"].integer ?? 0
    }
}

/// What is told to the browser of a sign-in that waits.
public struct WaitingSignIn: Sendable {
    /// Shown this once; the browser comes back with it.
    public let token: String
    /// What a passkey is to sign, in base64url.
    public let challenge: String
    /// How it can go on.
    public let kinds: Set<SecondFactor.Kind>
    /// The passkeys of the user, in base64url; empty where a passkey says who it is.
    public let credentialIDs: [String]
}

/// How far a sign-in came by a password.
public enum SignInOutcome: Sendable {
    case granted(AccessGrant)
    case waiting(WaitingSignIn)
}

extension Identity {
    /// Keeps a step, and forgets those whose time is over.
    func startAttempt(
        _ step: SignInAttempt.Step, user: RecordID?, application: SigningApplication?, _ factors: [SecondFactor] = []
    ) async throws -> WaitingSignIn {
        let now = environment.now()
        let session = system("a sign-in waits")
        let over = try await session.query(
            "SELECT Id FROM SignInAttempt WHERE ExpiresAt <= :now LIMIT 200", bindings: ["now": .one(.datetime(now))]
        ).compactMap(\.id)
        if !over.isEmpty { _ = try await session.purge(over, onFailure: .keepGoing) }
        let token = Secret.text(length: 43)
        let challenge = Base64URL.encode(Secret.randomBytes(32))
        _ = try await session.create(
            Batch(
                "SignInAttempt",
                [
                    "TokenHash": .text(Secret.digest(token)), "UserId": user.map(Value.id) ?? .null,
                    "Step": .text(step.rawValue), "ApplicationName": .text(application?.name ?? ""),
                    "Purpose": .text(application?.purposes.first ?? ""), "Challenge": .text(challenge),
                    "ExpiresAt": .datetime(now.adding(seconds: SignInAttempt.secondsMax)),
                ]),
            onFailure: .rollbackAll
        ).firstID()
        return WaitingSignIn(
            token: token, challenge: challenge, kinds: Set(factors.map(\.kind)),
            credentialIDs: factors.filter { $0.kind == .passkey }.map(\.credentialID))
    }

    /// The step that a token stands for.
    ///
    /// - Throws: ``SignInRefusal/stepOver`` when it is over, unknown, or for something else.
    func attempt(_ token: String, _ steps: Set<SignInAttempt.Step>, _ session: Session) async throws -> SignInAttempt {
        let rows = try await session.query(
            "SELECT \(SignInAttempt.columns) FROM SignInAttempt WHERE TokenHash = :digest LIMIT 1",
            bindings: ["digest": .one(.text(Secret.digest(token)))])
        guard let attempt = rows.first.flatMap(SignInAttempt.init), attempt.expires > environment.now(),
            steps.contains(attempt.step), attempt.failedCount < SignInAttempt.failuresMax
        else { throw SignInRefusal.stepOver }
        return attempt
    }

    func end(_ attempt: SignInAttempt) async throws {
        _ = try await system("a sign-in waits no more").purge([attempt.id], onFailure: .keepGoing)
    }
}
