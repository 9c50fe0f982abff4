import Records

/// What was done to one record, as the change log keeps it.
struct Change: Sendable {
    /// Kept as the number: it never changes its meaning.
    enum Kind: UInt8, Sendable {
        case create = 1
        case update = 2
        case delete = 3
        case undelete = 4
        /// Gone for good.
        case purge = 5
        /// Names an object and its fields for the frames behind it in the same segment.
        case shape = 6
    }

    let kind: Kind
    let object: ObjectSchema
    let record: RecordID
    /// Whose key seals the image; nil: the organisation's.
    let subject: RecordID?
    /// What was written: the new values. Empty for a deletion.
    let fields: [Field]
    let values: [Value]
}
