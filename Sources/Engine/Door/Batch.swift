public import Records

/// Rows to write: one object, the same fields for all.
///
/// A field may be a path to a parent's external id (`Account.Ext__c`): its values name the parent. Values may be
/// `.text` for any type; see `Value`. Absent columns are left alone on update and defaulted on create.
public struct Batch: Sendable {
    public var object: String
    public var fields: [String]
    /// As many values as fields, in each row.
    public var rows: [[Value]]
    /// Whether an empty value leaves its field as it is, or a new record its default, and the text `#N/A` empties it: as the
    /// platform's bulk interfaces read rows. Else an empty value empties its field.
    public var leavesEmpty = false
    /// The columns that each row lacks, by their places: its fields are left as an empty value leaves them above. Empty: every
    /// row has all; else as many lists as rows.
    public var absent: [[Int]] = []

    public init(_ object: String, fields: [String], rows: [[Value]]) {
        self.object = object
        self.fields = fields
        self.rows = rows
    }
}

extension Batch {
    /// One row.
    public init(_ object: String, _ values: KeyValuePairs<String, Value>) {
        self.init(object, fields: values.map(\.key), rows: [values.map(\.value)])
    }
}

/// What becomes of the good rows when one is refused.
public enum OnFailure: Sendable {
    /// Nothing is written; the good rows answer `ALL_OR_NONE_OPERATION_ROLLED_BACK`.
    case rollbackAll
    /// The good rows are written.
    case keepGoing
}

/// What became of one row.
public enum Outcome: Sendable {
    case done(id: RecordID, isCreated: Bool)
    /// At least one error.
    case refused([PlatformError])
}
