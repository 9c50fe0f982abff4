import Engine
public import Records

/// A request of a person to use a right, as the register keeps it.
public struct DataSubjectRequest: Sendable {
    public let id: RecordID
    /// The number that people use: `R-000001`.
    public let name: String
    public let kind: RequestKind
    public let status: RequestStatus
    /// The person's record. The text of an id: it stays when the record is gone.
    public let person: RecordID
    public let regulation: String
    /// When it arrived, by whatever way; the clock starts here.
    public let received: Instant
    /// The last day to answer.
    public let due: Day
    /// How it arrived: Portal, Email, Phone, Letter, Desk, API.
    public let channel: String
    public let reason: String?
    public let refusalGround: String?
    public let approver: RecordID?
    public let approved: Instant?
    public let completed: Instant?
    /// The language of the answer: `ja` or `en`.
    public let language: String

    /// Days left until the last day; negative when it has passed.
    public func daysLeft(on day: Day) -> Int { due.daysSince1970 - day.daysSince1970 }

    static let fields = """
        Id, Name, Kind, Status, SubjectRecordId, Regulation, ReceivedDate, DueDate, Channel, Reason, RefusalGround, \
        ApprovedById, ApprovedDate, CompletedDate, Language
        """

    /// Takes a record that was asked for with ``fields``.
    init(_ record: Record) throws {
        guard let id = record.id, let name = record["Name"].text,
            let kind = record["Kind"].text.flatMap(RequestKind.init),
            let status = record["Status"].text.flatMap(RequestStatus.init),
            let person = record["SubjectRecordId"].text.flatMap({ RecordID($0) }),
            let received = record["ReceivedDate"].datetime, case .date(let due) = record["DueDate"]
        else {
            throw PlatformError(
                .unknownException,
                "A request in the register is not whole: its kind, status, person or dates cannot be read.",
                detail: record.id?.description
            )
        }
        self.id = id
        self.name = name
        self.kind = kind
        self.status = status
        self.person = person
        self.received = received
        self.due = due
        regulation = record["Regulation"].text ?? "gdpr"
        channel = record["Channel"].text ?? "Desk"
        reason = record["Reason"].text
        refusalGround = record["RefusalGround"].text
        approver = record["ApprovedById"].id
        approved = record["ApprovedDate"].datetime
        completed = record["CompletedDate"].datetime
        language = record["Language"].text ?? "en"
    }
}
