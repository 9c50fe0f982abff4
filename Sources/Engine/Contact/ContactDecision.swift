public import Records

/// A way to reach a person.
public enum ContactChannel: String, Sendable, CaseIterable {
    case email = "Email"
    case phone = "Phone"
    case fax = "Fax"

    /// The field of Contact and Lead that says no to the channel.
    public var optOutField: String {
        switch self {
        case .email: "HasOptedOutOfEmail"
        case .phone: "DoNotCall"
        case .fax: "HasOptedOutOfFax"
        }
    }
}

/// Whether a person may be reached by a channel, and why not.
public struct ContactDecision: Sendable {
    /// Every reason against; empty when the person may be reached.
    public let reasons: [Reason]

    public var isAllowed: Bool { reasons.isEmpty }

    /// A record that says no.
    public struct Reason: Hashable, Sendable {
        /// The object, such as `Contact` or `ContactPointTypeConsent`.
        public let object: String
        public let record: RecordID
        /// The field that says it, such as `HasOptedOutOfEmail`.
        public let field: String
        /// Its value, such as `true` or `OptOut`.
        public let value: String

        init(_ object: String, _ record: RecordID, _ field: String, _ value: String) {
            self.object = object
            self.record = record
            self.field = field
            self.value = value
        }
    }
}

extension ContactDecision {
    /// The refusal of a send. Names records, never an address or a name.
    func refusal(of channel: ContactChannel) -> PlatformError {
        let list = reasons.map { "\($0.field) is \($0.value) on \($0.object) \($0.record)" }.joined(separator: "; ")
        return PlatformError(
            .cannotInsertUpdateActivateEntity,
            "This person must not be reached by \(channel.rawValue.lowercased()): \(list). Nothing was sent.",
            fields: reasons.map(\.field)
        )
    }
}
