/// A piece of a text that is about a person: half-open, in code points of the text.
public struct Fragment: Hashable, Sendable {
    public var start: Int
    public var end: Int
    public var kind: Kind

    public init(start: Int, end: Int, kind: Kind) {
        self.start = start
        self.end = end
        self.kind = kind
    }

    /// What was recognised.
    public enum Kind: String, Hashable, Sendable {
        case email, phone, externalID, name, familyName, givenName, reading, address, birthdate

        /// Belongs to one person wherever it stands; the others are shared by many.
        var isStrong: Bool { self == .email || self == .phone || self == .externalID }
    }
}

/// Whose text is searched, which decides how much a bare name says.
enum TextStanding: Sendable {
    /// The person's own record or thread: a bare name is theirs.
    case own
    /// Somebody else's, or nobody's: a name counts only beside the person's e-mail address or telephone number.
    case foreign
    /// The name of an organisation that is the person's: their family name in it counts.
    case ownOrganisation
}
