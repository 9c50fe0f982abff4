import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Records

/// `sobjects/X/ID/RELATION`: the parent as a record, the children shaped like a query's answer, the bytes of a blob.
struct Relations {
    let shared: Shared

    func get(_ call: RESTCall, object: ObjectSchema, id: RecordID) async throws -> Response {
        let name = try call.parameter("value")
        let schema = try await call.session.schema()
        if let lookup = object.relationship(name) {
            return try await parent(call, object: object, id: id, lookup: lookup, schema: schema)
        }
        if let field = object.field(name), field.type == .base64 {
            return try await blob(call, object: object, id: id, field: field)
        }
        let children = schema.children(of: object).first { $0.name?.lowercased() == name.lowercased() }
        guard let children else { throw PlatformError(.notFound, "The requested resource does not exist") }
        return try await self.children(call, of: id, relation: children)
    }

    private func parent(
        _ call: RESTCall, object: ObjectSchema, id: RecordID, lookup: Field, schema: Schema
    ) async throws -> Response {
        let row = try await call.session.retrieve(object.name, [id], fields: [lookup.name]).first ?? nil
        guard let row else { throw try await call.absent(id, object: object) }
        guard let parent = row[lookup.name].id, let parentObject = schema.object(of: parent),
            let found = try await call.session.retrieve(
                parentObject.name, [parent], fields: try call.fields(), with: call.records
            ).first, let found
        else { throw PlatformError(.notFound, "The requested resource does not exist") }
        return call.answer(record: found)
    }

    /// The bytes, under the type that the record tells of them.
    private func blob(_ call: RESTCall, object: ObjectSchema, id: RecordID, field: Field) async throws -> Response {
        let type = object.field("ContentType").map { [$0.name] } ?? []
        let row = try await call.session.retrieve(object.name, [id], fields: [field.name] + type).first ?? nil
        guard let row else { throw try await call.absent(id, object: object) }
        guard case .bytes(let bytes) = row[field.name] else {
            throw PlatformError(.notFound, "The requested resource does not exist")
        }
        // What somebody uploaded as a page must not run as a page of this site.
        let headers: HTTPFields = [
            .contentType: row["ContentType"].text.flatMap(Self.headerValue) ?? "application/octet-stream",
            .contentDisposition: "attachment",
        ]
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    /// The text, when it can stand in a header.
    private static func headerValue(_ text: String) -> String? {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } ? text : nil
    }

    private func children(_ call: RESTCall, of id: RecordID, relation: ChildRelationship) async throws -> Response {
        let fields = try call.fields() ?? relation.child.fields.map(\.name)
        for field in fields where relation.child.field(field) == nil {
            throw PlatformError(
                .invalidField, "No such column '\(field)' on sobject of type \(relation.child.name)", fields: [field]
            )
        }
        let page = try await call.session.page(
            "SELECT \(fields.joined(separator: ", ")) FROM \(relation.child.name) "
                + "WHERE \(relation.field.name) = '\(id)'",
            size: Limits.queryPageRowsDefault, deleted: .without, with: call.records
        )
        return Query.answer(call, page: page, resource: "query")
    }
}
