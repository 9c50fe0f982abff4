import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Records

/// `sobjects/X/FIELD/VALUE`: a row by an external id; and `sobjects/X/ID/RELATION`: what a row is related to.
struct RowsByExternalID {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.rest(
            "sobjects/:object/:id/:value", get: shared.rest(get), post: shared.rest(upsert),
            patch: shared.rest(upsert), delete: shared.rest(delete)
        )
    }

    @Sendable private func get(_ call: RESTCall) async throws -> Response {
        let object = try await call.object()
        if let user = try Passwords.owner(call, object) {
            return try await Passwords(shared: shared).get(call, of: user)
        }
        let name = try call.parameter("id")
        if let id = RecordID(name), id.prefix == object.keyPrefix {
            return try await Relations(shared: shared).get(call, object: object, id: id)
        }
        let field = try call.externalID(of: object)
        let fields = try call.fields()
        let rows = try await rows(call, object: object, field: field) { id in
            try await call.session.retrieve(object.name, [id], fields: fields, with: call.records).compactMap { $0 }
        } find: { value in
            try await call.session.find(object.name, field.name, equals: value, fields: fields, with: call.records)
        }
        guard let row = rows.first else { throw Self.missing(field) }
        guard rows.count == 1 else { return try await several(call, object: object, field: field) }
        return call.answer(record: row)
    }

    @Sendable private func upsert(_ call: RESTCall) async throws -> Response {
        let object = try await call.object()
        if call.request.method == .post, let user = try Passwords.owner(call, object) {
            return try await Passwords(shared: shared).set(call, of: user)
        }
        let field = try call.externalID(of: object)
        var body = try RowBody(try await call.bodyObject(), object: object)
        if body.has(field.name) {
            throw PlatformError(
                .invalidField, "The \(field.name) field should not be specified in the sobject data.",
                fields: [field.name]
            )
        }
        let matches = try await ids(call, object: object, field: field)
        if matches.count > 1 { return try await several(call, object: object, field: field) }
        if try matches.isEmpty && (call.query.flag("updateOnly") || field.type == .id) { throw Self.missing(field) }
        let outcome: (id: RecordID, isCreated: Bool)
        if let id = matches.first {
            body.fields.insert("Id", at: 0)
            body.values.insert(.id(id), at: 0)
            outcome = try await call.writer.update(body.batch(object), onFailure: .rollbackAll).one()
        } else {
            body.fields.append(field.name)
            body.values.append(.text(try call.parameter("value")))
            outcome = try await call.writer.upsert(body.batch(object), by: field.name, onFailure: .rollbackAll).one()
        }
        shared.changed(outcome.id)
        // Versions before 46 answered an update without a body.
        if !outcome.isCreated && call.version < 46 { return call.empty }
        return call.answer(outcome.isCreated ? .created : .ok) { json in
            RESTCall.success(outcome.id, isCreated: outcome.isCreated, into: &json)
        }
    }

    @Sendable private func delete(_ call: RESTCall) async throws -> Response {
        let object = try await call.object()
        if let user = try Passwords.owner(call, object) {
            return try await Passwords(shared: shared).reset(call, of: user)
        }
        let field = try call.externalID(of: object)
        let rows = try await ids(call, object: object, field: field)
        guard let id = rows.first else { throw Self.missing(field) }
        guard rows.count == 1 else { return try await several(call, object: object, field: field) }
        _ = try await call.session.delete([id], onFailure: .rollbackAll).one()
        return call.empty
    }

    /// The rows of the value in the path. Some clients write a blank as a plus there: it is read so only when the value
    /// with the plus matches nothing.
    private func rows<Row>(
        _ call: RESTCall, object: ObjectSchema, field: Field, retrieve: (RecordID) async throws -> [Row],
        find: (Value) async throws -> [Row]
    ) async throws -> [Row] {
        let value = try call.parameter("value")
        if field.type == .id {
            guard let id = RecordID(value), id.prefix == object.keyPrefix else { throw Self.missing(field) }
            return try await retrieve(id)
        }
        let found = try await find(.text(value))
        guard found.isEmpty, value.contains("+") else { return found }
        let spaced = value.split(separator: "+", omittingEmptySubsequences: false).joined(separator: " ")
        return try await find(.text(spaced))
    }

    /// Which rows those are.
    private func ids(_ call: RESTCall, object: ObjectSchema, field: Field) async throws -> [RecordID] {
        try await rows(call, object: object, field: field) { id in
            try await call.session.retrieve(object.name, [id], fields: ["Id"]).compactMap { $0?.id }
        } find: { value in
            try await call.session.find(object.name, field.name, equals: value, fields: ["Id"]).compactMap(\.id)
        }
    }

    /// 300 with the paths of all.
    private func several(_ call: RESTCall, object: ObjectSchema, field: Field) async throws -> Response {
        let rows = try await ids(call, object: object, field: field)
        return call.answer(.multipleChoices) { json in
            json.array { json in
                for id in rows { json.string("\(call.base)/sobjects/\(object.name)/\(id)") }
            }
        }
    }

    private static func missing(_ field: Field) -> PlatformError {
        PlatformError(
            .notFound, "The requested resource does not exist", detail: "no row with that value of \(field.name)"
        )
    }
}

extension RESTCall {
    /// The field in the path: an external id, a lookup field of the platform, or `Id`.
    fileprivate func externalID(of object: ObjectSchema) throws -> Field {
        let name = try parameter("id")
        guard let field = object.field(name), field.isExternalID || field.isIDLookup || field.type == .id else {
            throw PlatformError(
                .notFound, "Provided external ID field does not exist or is not accessible: \(name)"
            )
        }
        return field
    }
}
