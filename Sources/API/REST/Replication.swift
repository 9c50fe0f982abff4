import Engine
import Formats
import HTTP
import Hummingbird
import Records

/// `sobjects/X/updated` and `sobjects/X/deleted`: what changed in a window of time, for copies kept elsewhere.
struct Replication {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.rest("sobjects/:object/updated", get: shared.rest(updated))
        router.rest("sobjects/:object/deleted", get: shared.rest(deleted))
    }

    @Sendable private func updated(_ call: RESTCall) async throws -> Response {
        let window = try await window(call)
        let rows = try await window.rows(in: call.session, deleted: .without)
        return call.answer { json in
            json.object { json in
                json.key("ids")
                json.array { json in for id in rows.compactMap(\.id) { json.value(.id(id)) } }
                json.key("latestDateCovered")
                json.value(.datetime(window.end))
            }
        }
    }

    @Sendable private func deleted(_ call: RESTCall) async throws -> Response {
        let window = try await window(call)
        let rows = try await window.rows(in: call.session, deleted: .only)
        return call.answer { json in
            json.object { json in
                json.key("deletedRecords")
                json.array { json in
                    for row in rows {
                        guard let id = row.id else { continue }
                        json.object { json in
                            json.key("id")
                            json.value(.id(id))
                            json.key("deletedDate")
                            json.value(row["SystemModstamp"])
                        }
                    }
                }
                json.key("earliestDateAvailable")
                json.value(.datetime(ReplicationWindow.earliest(shared.environment.now())))
                json.key("latestDateCovered")
                json.value(.datetime(window.end))
            }
        }
    }

    private func window(_ call: RESTCall) async throws -> ReplicationWindow {
        try ReplicationWindow(
            object: try await call.object(), start: moment("start", call), end: moment("end", call),
            now: shared.environment.now())
    }

    private func moment(_ name: String, _ call: RESTCall) throws -> Instant {
        guard let text = call.query[name] else {
            throw PlatformError(.missingArgument, "The parameter \(name) is missing.")
        }
        guard let instant = Instant(text) else {
            throw PlatformError(
                .invalidReplicationDate, "The parameter \(name) is no moment such as 2026-11-23T09:30:00+00:00."
            )
        }
        return instant
    }
}

/// A window of time in which changes of an object's records are asked for.
struct ReplicationWindow {
    let object: ObjectSchema
    let start: Instant
    let end: Instant

    /// Longer ago the platform tells nothing, and neither do we: the bin has been emptied.
    private static let daysMax: Int64 = 30

    /// At least a minute, within the last thirty days; an end that is still to come is now. Nil is no moment.
    init(object: ObjectSchema, start: Instant?, end: Instant?, now: Instant) throws {
        guard object.isReplicateable else {
            throw PlatformError(.invalidType, "\(object.name) is not replicateable.")
        }
        guard let start, let end else {
            throw PlatformError(
                .invalidReplicationDate, "Start and end must be moments such as 2026-11-23T09:30:00+00:00.")
        }
        guard end.milliseconds - start.milliseconds >= 60_000 else {
            throw PlatformError(.invalidReplicationDate, "The end must be at least one minute after the start.")
        }
        guard start >= Self.earliest(now), start <= now else {
            throw PlatformError(.invalidReplicationDate, "The start must lie within the last \(Self.daysMax) days.")
        }
        self.object = object
        self.start = start
        self.end = min(end, now)
    }

    static func earliest(_ now: Instant) -> Instant { now.adding(seconds: -daysMax * 86_400) }

    func rows(in session: Session, deleted: Deleted) async throws -> [Record] {
        try await session.query(
            """
            SELECT Id, SystemModstamp FROM \(object.name) \
            WHERE SystemModstamp >= :start AND SystemModstamp <= :end ORDER BY SystemModstamp
            """,
            bindings: ["start": .one(.datetime(start)), "end": .one(.datetime(end))], deleted: deleted
        )
    }
}

extension ObjectSchema {
    /// Whether changes can be told: it keeps `SystemModstamp`.
    var isReplicateable: Bool { isQueryable && field("SystemModstamp") != nil && field("IsDeleted") != nil }
}
