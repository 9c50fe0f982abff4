public import Records

/// The product's own users: whoever does work that no person asked for just now. Each is a row of `User`, so that
/// every stamp and every event names somebody.
public enum SystemUser: Int64, Sendable, CaseIterable {
    /// Somebody at the command line of the machine.
    case `operator` = 1
    /// Sign-in, sessions and credentials.
    case identity = 2
    /// The steps of requests: restriction, erasure, clocks.
    case privacy = 3
    /// Schedules and queued work.
    case jobs = 4
    /// The making of the organisation.
    case install = 5

    /// The same in every organisation.
    public var id: RecordID { RecordID(prefix: Self.prefix, sequence: rawValue) }

    /// The system user of an id; nil when it is somebody else's.
    init?(_ id: RecordID) {
        guard id.prefix == Self.prefix, let user = SystemUser(rawValue: id.sequence) else { return nil }
        self = user
    }

    /// What stands as the last name in the `User` row.
    var lastName: String {
        switch self {
        case .operator: "Operator"
        case .identity: "Identity"
        case .privacy: "Privacy"
        case .jobs: "Jobs"
        case .install: "Install"
        }
    }

    static let prefix = FixedPrefix.user
}

/// Key prefixes that the door itself must know.
enum FixedPrefix {
    static let user = prefix("005")
    static let organisation = prefix("00D")
    static let profile = prefix("00e")

    private static func prefix(_ text: String) -> KeyPrefix {
        guard let prefix = KeyPrefix(text) else { preconditionFailure("a key prefix has three letters or digits") }
        return prefix
    }
}
