public import Records
import Store

/// How many events of a kind there were in an hour, or in a day.
public struct EventTally: Sendable {
    public let kind: MonitoredEvent.Kind
    public let begin: Instant
    public let events: Int
    /// Of those, how many were refused or went wrong.
    public let failed: Int
}

extension Session {
    /// How many events there were, kind by kind and hour by hour; hours that are not over are not told of. For whoever may read the
    /// event log files.
    ///
    /// - Throws: `INVALID_TYPE` for others.
    public func eventTallies(from begin: Instant, to end: Instant) async throws -> [EventTally] {
        try await read { connection in
            guard try self.access(on: connection).visible.object("EventLogFile") != nil else {
                throw PlatformError(.invalidType, "sObject type 'EventLogFile' is not supported.")
            }
            return try connection.all(
                """
                SELECT kind, hour, events, failed FROM az_event_tally \
                WHERE hour >= \(.datetime(begin)) AND hour < \(.datetime(end)) ORDER BY hour, kind
                """
            ) { row in
                MonitoredEvent.Kind(rawValue: row.string(0)).map {
                    EventTally(
                        kind: $0, begin: Instant(milliseconds: row.int64(1)), events: Int(row.int64(2)),
                        failed: Int(row.int64(3)))
                }
            }.compactMap(\.self)
        }
    }
}

extension EventTally {
    func add(on connection: any Connection) throws {
        try connection.execute(
            """
            INSERT INTO az_event_tally (kind, hour, events, failed) VALUES (\(.text(kind.rawValue)), \
            \(.datetime(begin)), \(.integer(Int64(events))), \(.integer(Int64(failed)))) \
            ON CONFLICT (kind, hour) DO UPDATE SET events = az_event_tally.events + excluded.events, \
            failed = az_event_tally.failed + excluded.failed
            """
        )
    }
}
