import Engine
import Formats
import HTTP
import Hummingbird
import Records

/// `composite/sobjects`: many rows in one call.
struct Collections {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.rest(
            "composite/sobjects", post: shared.rest(create), patch: shared.rest(update), delete: shared.rest(delete)
        )
        router.rest("composite/sobjects/:object", get: shared.rest(retrieve), post: shared.rest(retrieveByBody))
        router.rest("composite/sobjects/:object/:id", patch: shared.rest(upsert))
    }

    @Sendable private func create(_ call: RESTCall) async throws -> Response {
        let rows = try await CollectionBody(call, objectName: nil)
        let outcomes = try await rows.write(as: call.writer) { session, batch, onFailure in
            try await session.create(batch, onFailure: onFailure)
        }
        return answer(call, outcomes, showsCreated: false)
    }

    @Sendable private func update(_ call: RESTCall) async throws -> Response {
        let rows = try await CollectionBody(call, objectName: nil)
        let outcomes = try await rows.write(as: call.writer) { session, batch, onFailure in
            guard batch.fields.contains(where: { $0.lowercased() == "id" }) else {
                let error = PlatformError(.missingArgument, "Id not specified in an update call")
                return batch.rows.map { _ in .refused([error]) }
            }
            return try await session.update(batch, onFailure: onFailure)
        }
        return answer(call, outcomes, showsCreated: false)
    }

    @Sendable private func upsert(_ call: RESTCall) async throws -> Response {
        let object = try await call.object()
        let field = try call.parameter("id")
        guard object.field(field) != nil else {
            throw PlatformError(.notFound, "Provided external ID field does not exist or is not accessible: \(field)")
        }
        let rows = try await CollectionBody(call, objectName: object.name)
        let outcomes = try await rows.write(as: call.writer) { session, batch, onFailure in
            try await session.upsert(batch, by: field, onFailure: onFailure)
        }
        return answer(call, outcomes, showsCreated: true)
    }

    @Sendable private func delete(_ call: RESTCall) async throws -> Response {
        let texts = (call.query["ids"] ?? "").split(separator: ",").map { $0.trimmingSpaces() }
        guard !texts.isEmpty else { throw PlatformError(.missingArgument, "The parameter ids is missing.") }
        try Self.checkCount(texts.count, Limits.collectionRowsMax)
        let ids = try texts.map { text in
            guard let id = RecordID(text) else { throw PlatformError(.malformedID, "malformed id \(text)") }
            return id
        }
        let onFailure: OnFailure = try call.query.flag("allOrNone") ? .rollbackAll : .keepGoing
        let outcomes = try await call.session.delete(ids, onFailure: onFailure)
        ids.forEach(shared.changed)
        return answer(call, outcomes, showsCreated: false)
    }

    @Sendable private func retrieve(_ call: RESTCall) async throws -> Response {
        let ids = (call.query["ids"] ?? "").split(separator: ",").map { $0.trimmingSpaces() }
        let fields = (call.query["fields"] ?? "").split(separator: ",").map { $0.trimmingSpaces() }
        return try await retrieve(call, ids: ids, fields: fields)
    }

    @Sendable private func retrieveByBody(_ call: RESTCall) async throws -> Response {
        let body = try await call.body()
        let ids = try body.texts("ids")
        let fields = try body.texts("fields")
        return try await retrieve(call, ids: ids, fields: fields)
    }

    private func retrieve(_ call: RESTCall, ids: [String], fields: [String]) async throws -> Response {
        let object = try await call.object()
        guard !ids.isEmpty, !fields.isEmpty else {
            throw PlatformError(.missingArgument, "Both ids and fields are needed.")
        }
        try Self.checkCount(ids.count, Limits.retrieveRowsMax)
        // What is no id of this object finds nothing, as the platform answers.
        let known = ids.map { RecordID($0).flatMap { $0.prefix == object.keyPrefix ? $0 : nil } }
        let found = try await call.session.retrieve(
            object.name, known.compactMap { $0 }, fields: fields, with: call.records)
        var next = found.makeIterator()
        let rows = known.map { $0 == nil ? nil : next.next() ?? nil }
        return call.answer { json in
            json.array { json in
                for row in rows { if let row { json.raw(row) } else { json.null() } }
            }
        }
    }

    static func checkCount(_ count: Int, _ max: Int) throws {
        guard count <= max else {
            throw PlatformError(
                .exceededIDLimit, "record limit reached. cannot submit more than \(max) records in this call")
        }
    }

    private func answer(_ call: RESTCall, _ outcomes: [Outcome], showsCreated: Bool) -> Response {
        call.answer { json in
            json.array { json in
                for outcome in outcomes {
                    OutcomeJSON.write(outcome, showsCreated: showsCreated, base: call.base, into: &json)
                }
            }
        }
    }
}
