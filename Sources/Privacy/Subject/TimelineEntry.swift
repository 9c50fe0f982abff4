public import Records

/// Something that happened between a person and the organisation.
public struct TimelineEntry: Sendable {
    public let kind: Kind
    public let at: Instant
    /// The record that it is about; for a change the record that was changed.
    public let record: RecordID
    public let object: String
    /// The record's own short name: the subject of a case or mail, the number of a consent or request, the field that
    /// changed. Empty where it has none.
    public let title: String
    /// The text of a comment or mail, what was proven, or the old and the new value. Nil where there is none.
    public let text: String?
    /// Who did it; nil where nobody of ours did.
    public let by: RecordID?
    /// A word for its state as the record has it: `OptOut`, `Closed`, `true` for a mail that came in.
    public let state: String?

    public enum Kind: String, Sendable, CaseIterable {
        case caseOpened, comment, mail, task, consent, request, change
    }
}
