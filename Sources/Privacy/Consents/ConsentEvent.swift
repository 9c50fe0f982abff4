public import Engine
public import Records

/// A decision about a channel as it was recorded. Never changed: a later decision is another event.
public struct ConsentEvent: Sendable {
    public let id: RecordID
    /// The number that people use: `E-00000001`.
    public let name: String
    public let channel: ContactChannel
    public let status: ConsentStatus
    public let method: String
    public let source: String?
    public let textShown: String?
    public let textVersion: String?
    public let language: String?
    /// When the person decided.
    public let captured: Instant
    /// Who recorded it.
    public let capturedBy: RecordID?
    public let evidence: String?
    let individual: RecordID?
    let contact: RecordID?
    let lead: RecordID?

    static let fields = """
        Id, Name, IndividualId, ContactId, LeadId, Channel, Status, Method, Source, TextShown, TextVersion, Language, \
        CaptureDate, CapturedById, Evidence
        """

    /// Takes a record that was asked for with ``fields``; nil for one of another channel or status, or without a date.
    init?(_ record: Record) {
        guard let id = record.id, let channel = record["Channel"].text.flatMap(ContactChannel.init),
            let status = record["Status"].text.flatMap(ConsentStatus.init),
            let captured = record["CaptureDate"].datetime
        else { return nil }
        self.id = id
        self.channel = channel
        self.status = status
        self.captured = captured
        name = record["Name"].text ?? ""
        method = record["Method"].text ?? ""
        source = record["Source"].text
        textShown = record["TextShown"].text
        textVersion = record["TextVersion"].text
        language = record["Language"].text
        capturedBy = record["CapturedById"].id
        evidence = record["Evidence"].text
        individual = record["IndividualId"].id
        contact = record["ContactId"].id
        lead = record["LeadId"].id
    }

    /// Whether it is of the contact or lead, or of the individual itself.
    func names(_ record: RecordID) -> Bool { contact == record || lead == record || individual == record }

    /// Whether it records the same decision with the same proof.
    func proves(_ decision: ConsentDecision) -> Bool {
        channel == decision.channel && status == decision.status && method == decision.method
            && (source ?? "") == decision.source && (textShown ?? "") == (decision.textShown ?? "")
            && (textVersion ?? "") == (decision.textVersion ?? "") && language == decision.language
            && (evidence ?? "") == (decision.evidence ?? "")
    }
}
