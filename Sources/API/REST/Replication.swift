import Engine
import Formats
import HTTP
import Hummingbird
import Records

/// `sobjects/X/updated` and `sobjects/X/deleted`: what changed in a window of time, for copies kept elsewhere.
struct Replication {
    let shared: Shared
    /// Longer ago the platform tells nothing, and neither do we: the bin has been emptied.
    private static let daysMax: Int64 = 30

    func add(to router: some RouterMethods<EdgeContext>) {
        router.rest("sobjects/:object/updated", get: shared.rest(updated))
        router.rest("sobjects/:object/deleted", get: shared.rest(deleted))
    }

    @Sendable private func updated(_ call: RESTCall) async throws -> Response {
        let object = try await replicated(call)
        let (start, end) = try window(call)
        let rows = try await rows(call, object: object, start: start, end: end, deleted: .without)
        return call.answer { json in
            json.object { json in
                json.key("ids")
                json.array { json in for id in rows.compactMap(\.id) { json.value(.id(id)) } }
                json.key("latestDateCovered")
                json.value(.datetime(end))
            }
        }
    }

    @Sendable private func deleted(_ call: RESTCall) async throws -> Response {
        let object = try await replicated(call)
        let (start, end) = try window(call)
        let rows = try await rows(call, object: object, start: start, end: end, deleted: .only)
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
                json.value(.datetime(shared.environment.now().adding(seconds: -Self.daysMax * 86_400)))
                json.key("latestDateCovered")
                json.value(.datetime(end))
            }
        }
    }

    private func rows(
        _ call: RESTCall, object: ObjectSchema, start: Instant, end: Instant, deleted: Deleted
    ) async throws -> [Record] {
        try await call.session.query(
            """
            SELECT Id, SystemModstamp FROM \(object.name) \
            WHERE SystemModstamp >= :start AND SystemModstamp <= :end ORDER BY SystemModstamp
            """,
            bindings: ["start": .one(.datetime(start)), "end": .one(.datetime(end))], deleted: deleted
        )
    }

    private func replicated(_ call: RESTCall) async throws -> ObjectSchema {
        let object = try await call.object()
        guard object.isReplicateable else {
            throw PlatformError(.invalidType, "\(object.name) is not replicateable.")
        }
        return object
    }

    /// At least a minute, within the last thirty days; an end that is still to come is now.
    private func window(_ call: RESTCall) throws -> (Instant, Instant) {
        let start = try moment("start", call)
        let end = try moment("end", call)
        let now = shared.environment.now()
        guard end.milliseconds - start.milliseconds >= 60_000 else {
            throw PlatformError(.invalidReplicationDate, "The end must be at least one minute after the start.")
        }
        guard start >= now.adding(seconds: -Self.daysMax * 86_400), start <= now else {
            throw PlatformError(.invalidReplicationDate, "The start must lie within the last \(Self.daysMax) days.")
        }
        return (start, min(end, now))
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

extension ObjectSchema {
    /// Whether changes can be told: it keeps `SystemModstamp`.
    var isReplicateable: Bool { isQueryable && field("SystemModstamp") != nil && field("IsDeleted") != nil }
}
