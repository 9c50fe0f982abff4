public import Records

/// Everywhere that a person's data lies, as one moment of the database showed it.
public struct Trace: Sendable {
    /// The person: the Individual, or the Contact or Lead that stands for itself.
    public let subject: RecordID
    /// Further roots that are the same person, found by their identifiers, such as a lead with the same e-mail address.
    public let otherSubjects: [RecordID]
    public let identifiers: PersonIdentifiers
    /// The person's own records, the root first.
    public let records: [TracedRecord]
    /// Pieces of data, in own records and in others'.
    public let places: [Place]
    /// Records that may be the same person's but need a human eye, such as one that shares only an e-mail address.
    public let doubtful: [TracedRecord]
}

/// A record and why it concerns the person.
public struct TracedRecord: Hashable, Sendable {
    public let object: String
    public let id: RecordID
    /// The record's external id; empty when it has none.
    public let externalID: String
    public let isDeleted: Bool
    public let reason: TraceReason
}

/// Why something was found.
public enum TraceReason: Hashable, Sendable {
    /// It is the record that was asked about.
    case root
    /// A lookup leads to the person: the field and the record it points to.
    case lookup(field: String, parent: RecordID)
    case sameEmail, samePhone, sameNameAndPostalCode
    /// The text names them.
    case mention(Fragment.Kind)
    /// The record's own personal field.
    case field
    /// The name of the account that the person is a contact of.
    case ownAccount
}

/// A piece of data about a person: half-open, in Unicode code points of the field's value.
public struct Place: Hashable, Sendable {
    public let object: String
    public let record: RecordID
    /// The record's external id; empty when it has none.
    public let externalID: String
    public let field: String
    public let start: Int
    public let end: Int
    public let text: String
    public let kind: Kind
    public let reason: TraceReason
    /// Whether the record is the person's own.
    public let isInOwnRecord: Bool
    /// Whether the person can be told by it from others: a name, an address, a number, a day of birth. Else it is what
    /// their own record says of them besides: a title, a country, a choice.
    public let isIdentifying: Bool

    public enum Kind: String, Sendable {
        /// The whole value of a personal field.
        case structured
        /// A piece of a text.
        case mention
    }
}
