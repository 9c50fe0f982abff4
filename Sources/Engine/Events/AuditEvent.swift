public import Records
import Store

/// A sign-in, or an act of an administrator or of the product itself, as the event log keeps it.
public struct AuditEvent: Sendable {
    /// Kinds of events; a closed set behind static members.
    public struct Kind: Hashable, Sendable {
        public let name: String
        public static let signedIn = Kind(name: "signed-in")
        public static let signInRefused = Kind(name: "sign-in-refused")
        public static let signedOut = Kind(name: "signed-out")
        public static let systemWork = Kind(name: "system-work")
        public static let schemaChanged = Kind(name: "schema-changed")
        public static let rightsChanged = Kind(name: "rights-changed")
        public static let personTraced = Kind(name: "person-traced")
        public static let restricted = Kind(name: "restricted")
        public static let lifted = Kind(name: "lifted")
        public static let erased = Kind(name: "erased")
        public static let moved = Kind(name: "moved")
    }

    public let at: Instant
    /// Who; nil when nobody is known, as at a refused sign-in.
    public let user: RecordID?
    public let application: String
    public let kind: Kind
    /// The record that it was about, where there is one.
    public let record: RecordID?
    /// One line without personal data of customers.
    public let detail: String

    static func write(
        _ kind: Kind, by user: RecordID?, application: String, record: RecordID?, detail: String, at: Instant,
        _ connection: any Connection
    ) throws {
        try connection.execute(
            """
            INSERT INTO az_event (at, "user", application, kind, record, detail) VALUES (\(.datetime(at)), \
            \(user.map { .id($0) } ?? .null), \(.text(application)), \(.text(kind.name)), \
            \(record.map { .id($0) } ?? .null), \(.text(detail)))
            """
        )
    }
}

extension Session {
    /// Writes an event of this session's user into the event log.
    /// - Parameter detail: One line without personal data of customers.
    public func log(_ kind: AuditEvent.Kind, record: RecordID?, detail: String) async throws {
        let (user, application, now) = (user, application, engine.environment.now())
        try await engine.store.write { connection in
            try AuditEvent.write(
                kind, by: user, application: application, record: record, detail: detail, at: now, connection
            )
        }
    }

    /// The latest events, the newest first; for people who may manage users, and the product itself.
    public func auditEvents(limit: Int) async throws -> [AuditEvent] {
        try await mustActForPersons()
        return try await engine.store.read { connection in
            try connection.all(
                """
                SELECT at, "user", application, kind, record, detail FROM az_event
                ORDER BY id DESC LIMIT \(.integer(Int64(limit)))
                """
            ) { row in
                AuditEvent(
                    at: Instant(milliseconds: row.int64(0)),
                    user: row.isNull(1) ? nil : RecordID(rawValue: row.int64(1)), application: row.string(2),
                    kind: AuditEvent.Kind(name: row.string(3)),
                    record: row.isNull(4) ? nil : RecordID(rawValue: row.int64(4)), detail: row.string(5)
                )
            }
        }
    }
}
