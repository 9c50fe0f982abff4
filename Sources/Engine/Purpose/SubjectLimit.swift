import Records

/// Whose records are there, by what people have decided about a purpose up to a moment.
struct SubjectLimit: Hashable, Sendable {
    let purpose: RecordID
    let scope: PurposeLimit.SubjectScope
    let moment: Instant
}
