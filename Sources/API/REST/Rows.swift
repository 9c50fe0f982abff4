import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Identity
import Records

/// `sobjects/X` and `sobjects/X/ID`: one row made, read, changed, deleted.
struct Rows {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.rest("sobjects/:object", get: shared.rest(Describe(shared: shared).basic), post: shared.rest(create))
        router.rest(
            "sobjects/:object/:id", get: shared.rest(get), post: shared.rest(createByID), patch: shared.rest(update),
            delete: shared.rest(delete)
        )
    }

    @Sendable private func create(_ call: RESTCall) async throws -> Response {
        let object = try await call.object()
        let body = try RowBody(try await call.bodyObject(upTo: object.bodyBytesMax), object: object)
        if body.has("Id") { throw Self.notWritable("Id") }
        let outcome = try await call.writer.create(body.batch(object), onFailure: .rollbackAll).one()
        shared.changed(outcome.id)
        return call.created(outcome.id, object: object)
    }

    /// `POST sobjects/X/Id`, the upsert that always creates.
    @Sendable private func createByID(_ call: RESTCall) async throws -> Response {
        guard try call.parameter("id").lowercased() == "id" else {
            throw PlatformError(
                .methodNotAllowed, "HTTP Method 'POST' not allowed. Allowed are GET, PATCH, DELETE, HEAD")
        }
        return try await create(call)
    }

    /// In one visit to the door. A second one tells why there is no such row.
    @Sendable private func get(_ call: RESTCall) async throws -> Response {
        if let id = RecordID(try call.parameter("id")) {
            do {
                let found = try await call.session.retrieve(
                    try call.parameter("object"), [id], fields: try call.fields(), with: call.records
                )
                if let record = found[0] { return try await call.answer(record: record, since: call.stamp(of: id)) }
            } catch let error as PlatformError where error.code == .invalidType {
                // Either there is no such object, which is not found, or its rows cannot be asked for.
                _ = try await call.object()
                throw error
            }
        }
        let object = try await call.object()
        throw try await call.absent(try call.id(of: object), object: object)
    }

    /// The same for nearly all calls: on the spot, without routing and without a wait (docs/decisions/0005). Nil where there
    /// is no such row, or any trouble: the long way says what it is.
    func getHere(_ path: RowPath, _ request: Request, _ context: EdgeContext) -> Response? {
        guard path.object != "Account", !Conditions.are(in: request), let id = RecordID(path.id),
            let token = Shared.token(of: request),
            let session = shared.identity.rememberedSession(token: token), shared.usage.quota.dailyPerUser == nil,
            let call = try? RESTCall(
                request: request, context: context, session: session, version: Shared.version(path.version),
                query: request.query(), shared: shared),
            let record = try? session.retrieveHere(path.object, id, fields: call.fields(), with: call.records)
        else { return nil }
        context.facts.note(caller: session, object: path.object, rows: 1)
        return call.answer(record: record)
    }

    @Sendable private func update(_ call: RESTCall) async throws -> Response {
        let object = try await call.object()
        let id = try call.id(of: object)
        var body = try RowBody(try await call.bodyObject(upTo: object.bodyBytesMax), object: object)
        if body.has("Id") { throw Self.notWritable("Id") }
        body.fields.insert("Id", at: 0)
        body.values.insert(.id(id), at: 0)
        _ = try await call.writer.update(
            body.batch(object), onFailure: .rollbackAll, precondition: try call.precondition()
        ).one()
        shared.changed(id)
        return call.empty
    }

    @Sendable private func delete(_ call: RESTCall) async throws -> Response {
        let object = try await call.object()
        let id = try call.id(of: object)
        _ = try await call.session.delete([id], onFailure: .rollbackAll, precondition: try call.precondition()).one()
        shared.changed(id)
        return call.empty
    }

    static func notWritable(_ field: String) -> PlatformError {
        PlatformError(
            .invalidField,
            "Unable to create/update fields: \(field). Please check the security settings of this field and verify "
                + "that it is read/write for your profile or permission set.",
            fields: [field]
        )
    }
}

extension ObjectSchema {
    /// How large the body of a write may be.
    fileprivate var bodyBytesMax: Int {
        fields.contains { $0.type == .base64 } ? Limits.fileBodyBytesMax : Limits.restBodyBytesMax
    }
}

extension RESTCall {
    /// The id in the path. One that is malformed or of another object is a resource that does not exist.
    func id(of object: ObjectSchema) throws -> RecordID {
        let text = try parameter("id")
        guard let id = RecordID(text), id.prefix == object.keyPrefix else {
            throw PlatformError(.notFound, "The requested resource does not exist")
        }
        return id
    }

    /// `?fields=A,B`; nil when all are wanted.
    func fields() throws -> [String]? {
        guard let list = query["fields"], !list.isEmpty else { return nil }
        let names = list.split(separator: ",").map { $0.trimmingSpaces() }
        if let path = names.first(where: { $0.contains(".") }) {
            throw PlatformError(.invalidField, "Fields of a parent cannot be read here: \(path). Use a query.")
        }
        // The id is always told, as the platform does.
        return names.contains { $0.lowercased() == "id" } ? names : names + ["Id"]
    }

    /// Why a row is not there: deleted, or never been.
    func absent(_ id: RecordID, object: ObjectSchema) async throws -> PlatformError {
        let gone = try await session.query(
            "SELECT Id FROM \(object.name) WHERE Id = :id", bindings: ["id": .one(.id(id))], deleted: .only
        )
        return gone.isEmpty
            ? PlatformError(.notFound, "The requested resource does not exist")
            : PlatformError(.entityIsDeleted, "entity is deleted")
    }

    /// 201 with the id, and where the row is now.
    func created(_ id: RecordID, object: ObjectSchema) -> Response {
        answer(.created, headers: [.location: "\(base)/sobjects/\(object.name)/\(id)"]) { json in
            Self.success(id, isCreated: nil, into: &json)
        }
    }

    /// `{"id":…,"success":true,"errors":[]}`, with `created` for upserts.
    static func success(_ id: RecordID, isCreated: Bool?, into json: inout JSONWriter) {
        json.object { json in
            json.key("id")
            json.value(.id(id))
            json.key("success")
            json.boolean(true)
            json.key("errors")
            json.array { _ in }
            if let isCreated {
                json.key("created")
                json.boolean(isCreated)
            }
        }
    }
}

extension [Outcome] {
    /// The outcome of the one row written; its errors are thrown.
    func one() throws -> (id: RecordID, isCreated: Bool) {
        switch first {
        case .done(let id, let isCreated): return (id, isCreated)
        case .refused(let errors) where !errors.isEmpty: throw PlatformErrors(errors)
        default: throw PlatformError(.unknownException, "The write had no outcome.")
        }
    }
}

extension Shared {
    /// Has the tokens of a user read their rights again once the user was changed.
    func changed(_ id: RecordID) {
        if id.prefix == KeyPrefix("005") { identity.userChanged(id) }
    }
}
