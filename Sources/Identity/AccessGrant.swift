public import Engine
public import Records

/// A sign-in that succeeded: the token, shown this once, and the session it stands for.
public struct AccessGrant: Sendable {
    /// `ORGANISATION15!opaque`, of letters, digits, `.`, `_` and `!` only: clients put it in XML and headers unescaped.
    public let token: String
    public let session: Session
    public let issuedAt: Instant
    /// How long it lives unused.
    public let idleSecondsMax: Int
    /// The password is the one that was printed at the install and is still to be changed.
    public let isPasswordInitial: Bool
    public let scopes: Scopes
    /// To renew with; nil where none is given, or where the old one stays good.
    public internal(set) var refreshToken: String?
    /// What the application sent along, for its ID token.
    var nonce: String?
}

/// What a token stands for.
public struct TokenAccess: Sendable {
    public let session: Session
    public let scopes: Scopes
    /// Whether its user must set up a second factor before anything else.
    public let needsFactor: Bool
}

/// What a token is for.
public enum AccessKind: String, Sendable {
    /// A browser, by cookie.
    case web
    /// A program, by header.
    case api
}

/// By what somebody signs in: named in the event log, and bound to purposes.
public struct SigningApplication: Sendable {
    public let name: String
    public let kind: AccessKind
    /// For one of these everything is done with the token: the first that its user may work under. An application
    /// that is registered goes no further; what is part of the product follows the user.
    public let purposes: [String]
    /// The registered application, whose end is that of its tokens; nil for what is part of the product.
    public let application: RecordID?
    /// What the token may be used for; nil: for all that its user may do.
    public let scopes: Scopes?
    /// What was granted to the application, whose end is that of its tokens.
    let grant: RecordID?

    public init(
        name: String, kind: AccessKind, purposes: [String], application: RecordID? = nil, scopes: Scopes? = nil,
        grant: RecordID? = nil
    ) {
        self.name = name
        self.kind = kind
        self.purposes = purposes
        self.application = application
        self.scopes = scopes
        self.grant = grant
    }
}
