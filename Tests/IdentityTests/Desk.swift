import AzukariTesting
import Engine
import Records

@testable import Identity

/// An organisation with two users, and what signs them in.
struct Desk {
    static let username = "user@example.com"
    static let other = "other@example.com"
    static let password = "correct horse battery"
    static let site = PasskeySite(authority: "desk.example")
    static let pages = SigningApplication(name: "Pages", kind: .web, purposes: ["customerService"])

    let engine: Engine
    let identity: Identity
    let clock: TestClock

    static func run(_ body: (Desk) async throws -> Void) async throws {
        let clock = TestClock()
        try await withOrganisation(named: "Sample", clock: clock) { engine, _ in
            let identity = try Identity(
                engine: engine, environment: clock.environment,
                parameters: ScryptParameters(logRounds: 4, blockSize: 8, parallelism: 1))
            for name in [username, other] {
                let user = NewUser(
                    username: name, email: name, lastName: "User", firstName: nil, language: "en_US", timeZone: "UTC")
                _ = try await identity.addAdministrator(user, password: password)
            }
            try await body(Desk(engine: engine, identity: identity, clock: clock))
        }
    }

    func start(_ username: String = Self.username, password: String = Self.password) async throws -> SignInOutcome {
        try await identity.start(username: username, password: password, address: "192.0.2.1", application: Self.pages)
    }

    /// Signed in by the password alone.
    func session(_ username: String = Self.username) async throws -> Session {
        guard case .granted(let grant) = try await start(username) else { throw SignInRefusal.stepOver }
        return grant.session
    }

    func waiting(_ username: String = Self.username) async throws -> WaitingSignIn {
        guard case .waiting(let waiting) = try await start(username) else { throw SignInRefusal.stepOver }
        return waiting
    }

    /// An app that is set up; its codes.
    func authenticator(of session: Session) async throws -> OneTimeCode {
        let new = try await identity.startAuthenticator(of: session)
        let secret = OneTimeCode(secret: TestPasskey.base32(new.secret))
        try await identity.confirmAuthenticator(named: "Phone", code: code(secret), of: session)
        clock.advance(seconds: 30)
        return secret
    }

    func passkey() -> TestPasskey { TestPasskey(host: "desk.example", origin: "https://desk.example") }

    func code(_ secret: OneTimeCode) -> String { secret.code(of: clock.now.milliseconds / 30_000) }
}

extension PasskeyAnswer {
    init(_ answer: TestPasskey.Answer) {
        self.init(
            credentialID: answer.credentialID, clientData: answer.clientData,
            authenticatorData: answer.authenticatorData, signature: answer.signature, publicKey: answer.publicKey,
            algorithm: answer.algorithm)
    }
}
