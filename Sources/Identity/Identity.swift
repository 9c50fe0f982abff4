public import Engine
public import Records
import Synchronization

/// Who somebody is: sign-in by password or as an application, and the tokens that stand for a sign-in afterwards.
///
/// Identity proves; ``Engine`` makes the session. Passwords are kept as scrypt hashes, tokens and client secrets as
/// SHA-256 (they have full entropy), all in objects that only the product sees.
///
/// ## Topics
/// - Sign-in: ``signIn(username:password:address:application:)``, ``signIn(clientID:clientSecret:address:)``
/// - Grants: ``authorization(for:)``, ``redeem(code:redirectURI:verifier:by:)``, ``refresh(_:scopes:by:)``,
///   ``startDevice(_:scopes:)``, ``grants(of:)``
/// - Tokens: ``session(token:)``, ``access(token:)``, ``revoke(token:)``, ``accessSessions(of:)``
/// - Upkeep: ``setPassword(_:of:)``, ``addAdministrator(_:password:)``, ``addApplication(_:)``
public final class Identity: Sendable {
    /// A session ends when it was not used for so long.
    public static let sessionSecondsIdleMax = Int(TokenCache.idleSecondsMax)

    let engine: Engine
    let environment: Environment
    let parameters: ScryptParameters
    let hashing = HashingQueue()
    let throttle = Mutex(SignInThrottle())
    let tokens = TokenCache()
    /// Checked in place of an unknown user's hash, so that the answer takes as long.
    let dummyHash: PasswordHash

    /// - Parameter parameters: the cost of new hashes. Tests choose a small one.
    public init(engine: Engine, environment: Environment, parameters: ScryptParameters) throws {
        self.engine = engine
        self.environment = environment
        self.parameters = parameters
        dummyHash = try PasswordHash(password: Secret.text(length: 24), parameters: parameters)
    }

    /// The organisation's id, with which every token begins.
    public var organisationID: RecordID { engine.organisation.id }

    func system(_ reason: String) -> Session { engine.systemSession(as: .identity, reason: reason) }
}
