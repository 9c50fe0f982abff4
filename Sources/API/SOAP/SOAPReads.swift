import Engine
import Formats
import HTTP
import Hummingbird
import Records

/// Queries, searches, and what has changed.
enum SOAPReads {
    static let operations: [String: SOAPHandler] = [
        "query": { try await query($0, deleted: .without) },
        "queryAll": { try await query($0, deleted: .with) },
        "queryMore": queryMore, "search": search, "retrieve": retrieve, "getUpdated": updated, "getDeleted": deleted,
    ]

    private static func query(_ call: SOAPCall, deleted: Deleted) async throws -> Response {
        answer(
            call,
            try await call.session.page(
                call.argument("queryString"), size: call.pageSize ?? Limits.queryPageRowsDefault, deleted: deleted,
                with: call.records("records")))
    }

    private static func queryMore(_ call: SOAPCall) async throws -> Response {
        answer(
            call,
            try await call.session.page(
                at: call.argument("queryLocator"), size: call.pageSize, with: call.records("records")))
    }

    private static func answer(_ call: SOAPCall, _ page: Page<[UInt8]>) -> Response {
        call.answer { writer in
            writer.element("result") { writer in
                writer.queryResult(page.records, locator: page.locator, size: page.totalSize)
            }
        }
    }

    @Sendable private static func search(_ call: SOAPCall) async throws -> Response {
        let records = call.records("record")
        let found = try await SearchRun(session: call.session).records(
            call.argument("searchString"), with: records, bare: records.encode)
        return call.answer { writer in
            writer.element("result") { writer in
                for record in found {
                    writer.raw("<searchRecords>")
                    writer.raw(record)
                    writer.raw("</searchRecords>")
                }
                // An answer without any member is taken for none.
                writer.null("searchResultsMetadata")
            }
        }
    }

    @Sendable private static func retrieve(_ call: SOAPCall) async throws -> Response {
        let name = try call.argument("sObjectType")
        let fields = try call.argument("fieldList").split(separator: ",").map { $0.trimmingSpaces() }
        guard let object = try await call.session.schema().object(name), !object.isInternal else {
            throw PlatformError(.invalidType, "sObject type '\(name)' is not supported.")
        }
        let ids = try call.arguments("ids", atMost: Limits.retrieveRowsMax).map { element in
            guard let id = RecordID(element.text) else {
                throw PlatformError(.malformedID, "invalid ID field: \(element.text.prefix(40))")
            }
            return id
        }
        let rows = try await call.session.retrieve(object.name, ids, fields: fields, with: call.records("result"))
        return call.answer { writer in
            for row in rows {
                if let row { writer.raw(row) } else { writer.null("result") }
            }
        }
    }

    @Sendable private static func updated(_ call: SOAPCall) async throws -> Response {
        let window = try await window(call)
        let rows = try await window.rows(in: call.session, deleted: .without)
        return call.answer { writer in
            writer.element("result") { writer in
                for id in rows.compactMap(\.id) { writer.element("ids", id) }
                writer.element("latestDateCovered", "\(window.end)")
            }
        }
    }

    @Sendable private static func deleted(_ call: SOAPCall) async throws -> Response {
        let window = try await window(call)
        let rows = try await window.rows(in: call.session, deleted: .only)
        return call.answer { writer in
            writer.element("result") { writer in
                for row in rows {
                    guard let id = row.id, case .datetime(let date) = row["SystemModstamp"] else { continue }
                    writer.element("deletedRecords") { writer in
                        writer.element("deletedDate", "\(date)")
                        writer.element("id", id)
                    }
                }
                writer.element("earliestDateAvailable", "\(ReplicationWindow.earliest(call.shared.environment.now()))")
                writer.element("latestDateCovered", "\(window.end)")
            }
        }
    }

    private static func window(_ call: SOAPCall) async throws -> ReplicationWindow {
        let name = try call.argument("sObjectType")
        guard let object = try await call.session.schema().object(name), !object.isInternal else {
            throw PlatformError(.invalidType, "sObject type '\(name)' is not supported.")
        }
        return try ReplicationWindow(
            object: object, start: SOAPMoment.instant(call.argument("startDate")),
            end: SOAPMoment.instant(call.argument("endDate")), now: call.shared.environment.now())
    }
}

/// Moments as clients write them.
enum SOAPMoment {
    /// Without a zone it is UTC, and digits behind the milliseconds are passed over; nil for anything else.
    static func instant(_ text: String) -> Instant? {
        guard let t = text.firstIndex(where: { $0 == "T" || $0 == "t" }) else { return nil }
        let time = text[text.index(after: t)...]
        let clock = time.prefix { $0.isNumber || $0 == ":" || $0 == "." }
        let zone = time[clock.endIndex...]
        let parts = clock.split(separator: ".", maxSplits: 1)
        guard let seconds = parts.first else { return nil }
        let fraction = parts.count > 1 ? "." + parts[1].prefix(3) : ""
        return Instant("\(text[..<t])T\(seconds)\(fraction)\(zone.isEmpty ? "Z" : String(zone))")
    }
}
