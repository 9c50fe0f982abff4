/// What an organisation takes for duplicates of an object's records, and what happens when one is written.
public struct DuplicateRule: Sendable, Equatable {
    /// The record of `DuplicateRule` that it was read from.
    public let id: RecordID
    /// The developer name.
    public let name: String
    /// The object whose records are looked at when they are written.
    public let object: String
    /// The objects that they are compared with.
    public let objects: [String]
    /// All of them must hold.
    public let criteria: [MatchCriterion]
    public let onCreate: Action
    public let onUpdate: Action
    /// Said to whoever writes a duplicate; empty: the product's own words.
    public let alert: String

    public init(
        id: RecordID, name: String, object: String, objects: [String], criteria: [MatchCriterion], onCreate: Action,
        onUpdate: Action, alert: String
    ) {
        self.id = id
        self.name = name
        self.object = object
        self.objects = objects
        self.criteria = criteria
        self.onCreate = onCreate
        self.onUpdate = onUpdate
        self.alert = alert
    }

    /// What is done with a duplicate.
    public struct Action: Sendable, Equatable {
        /// It is refused.
        public let blocks: Bool
        /// It is refused until the caller says that it is wanted.
        public let alerts: Bool
        /// It is written down in a `DuplicateRecordSet`.
        public let reports: Bool

        public init(blocks: Bool, alerts: Bool, reports: Bool) {
            self.blocks = blocks
            self.alerts = alerts
            self.reports = reports
        }

        /// Whether there is anything to do.
        public var isAny: Bool { blocks || alerts || reports }
    }
}

/// How a field of two records is compared.
public struct MatchCriterion: Sendable, Equatable {
    public let field: String
    public let method: Method
    /// Whether two records without a value have the same one.
    public let matchesBlank: Bool

    public init(field: String, method: Method, matchesBlank: Bool) {
        self.field = field
        self.method = method
        self.matchesBlank = matchesBlank
    }

    public enum Method: String, Sendable, CaseIterable {
        /// Equal but for case, width and the kind of kana.
        case exact
        /// A person's name, one letter wrong, missing, too many or exchanged with its neighbour.
        case name
        /// A company's name without its legal form and its punctuation, compared as a name.
        case company
        /// A telephone number in any notation.
        case phone
        case email
        /// Letters and digits alone.
        case postalcode
        /// A street with its usual abbreviations, a Japanese lot number in any notation.
        case address
    }
}

/// What a duplicate rule found: goes with `DUPLICATES_DETECTED`.
public struct DuplicateResult: Sendable, Equatable {
    /// The rule's developer name.
    public let rule: String
    /// The object of the record that was written.
    public let object: String
    /// Whether it can be written all the same, when the caller says so.
    public let allowsSave: Bool
    public let message: String
    /// The records that it was taken for a duplicate of, by object.
    public let matches: [(object: String, records: [RecordID])]

    public init(
        rule: String, object: String, allowsSave: Bool, message: String,
        matches: [(object: String, records: [RecordID])]
    ) {
        self.rule = rule
        self.object = object
        self.allowsSave = allowsSave
        self.message = message
        self.matches = matches
    }

    public static func == (a: DuplicateResult, b: DuplicateResult) -> Bool {
        a.rule == b.rule && a.object == b.object && a.allowsSave == b.allowsSave && a.message == b.message
            && a.matches.map(\.object) == b.matches.map(\.object)
            && a.matches.map(\.records) == b.matches.map(\.records)
    }
}
