import Engine
public import Records

/// What was done for a request, and when: the story that its page tells.
public struct RequestStep: Sendable {
    public let id: RecordID?
    /// One of `Asked`, `Verified`, `Extended`, `Decided`, `Refused`, the deeds (`Packaged`, `Restricted`, `Erased`,
    /// `Corrected`, `Stopped`), `Announced`, `Lifted`, `Told`.
    public let name: String
    public let status: Status
    public let started: Instant
    public let ended: Instant?
    /// What came of it. Never personal data: it stays when the person is gone.
    public let detail: String?

    /// How far a step is.
    public enum Status: String, Sendable {
        case pending = "Pending"
        /// Begun, and perhaps interrupted: calling the act again goes on.
        case running = "Running"
        case done = "Done"
        case failed = "Failed"
    }

    static let fields = "Id, Name, Status, StartedDate, EndedDate, Detail"

    /// Takes a record that was asked for with ``fields``.
    init(_ record: Record) {
        id = record.id
        name = record["Name"].text ?? ""
        status = record["Status"].text.flatMap(Status.init) ?? .pending
        started = record["StartedDate"].datetime ?? Instant(milliseconds: 0)
        ended = record["EndedDate"].datetime
        detail = record["Detail"].text
    }
}
