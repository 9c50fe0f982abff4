import Engine
import Formats
import HTTP
import Hummingbird
import Records

/// `sobjects`, `sobjects/X` and `sobjects/X/describe`: the schema as the session may see it. Who has it already is told so.
struct Describe {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.rest("sobjects", get: shared.rest(global))
        router.rest("sobjects/:object/describe", get: shared.rest(describe))
    }

    @Sendable private func global(_ call: RESTCall) async throws -> Response {
        let schema = try await call.session.schema()
        return try call.answerUnlessKnown { json in
            json.object { json in
                json.member("encoding", "UTF-8")
                json.key("maxBatchSize")
                json.integer(Limits.collectionRowsMax)
                json.key("sobjects")
                json.array { json in
                    for object in schema.objects where !object.isInternal {
                        json.object { ObjectDescription(object: object, call: call).brief(into: &$0) }
                    }
                }
            }
        }
    }

    /// `sobjects/X`: the brief description, and the rows of the object that were changed last by the session's user.
    @Sendable func basic(_ call: RESTCall) async throws -> Response {
        let object = try await call.object()
        let recent = try await recentItems(call, object: object)
        return try call.answerUnlessKnown { json in
            json.object { json in
                json.key("objectDescribe")
                json.object { ObjectDescription(object: object, call: call).brief(into: &$0) }
                json.key("recentItems")
                json.array { json in
                    for row in recent { json.raw(row) }
                }
            }
        }
    }

    private func recentItems(_ call: RESTCall, object: ObjectSchema) async throws -> [[UInt8]] {
        guard object.isQueryable, object.field("LastModifiedById") != nil, object.field("SystemModstamp") != nil else {
            return []
        }
        let name = object.nameField.map { ", \($0.name)" } ?? ""
        return try await call.session.query(
            """
            SELECT Id\(name) FROM \(object.name) WHERE LastModifiedById = :me \
            ORDER BY SystemModstamp DESC LIMIT 10
            """,
            bindings: ["me": .one(.id(call.session.user))], deleted: .without, with: call.records
        )
    }

    @Sendable private func describe(_ call: RESTCall) async throws -> Response {
        let object = try await call.object()
        let schema = try await call.session.schema()
        let types = try await Self.recordTypes(call, of: object, in: schema)
        return try call.answerUnlessKnown { json in
            json.object { json in
                ObjectDescription(object: object, call: call).full(schema: schema, recordTypes: types, into: &json)
            }
        }
    }

    static func recordTypes(_ call: RESTCall, of object: ObjectSchema, in schema: Schema) async throws -> [Record] {
        guard object.field("RecordTypeId") != nil, schema.object("RecordType") != nil else { return [] }
        return try await call.session.query(
            """
            SELECT Id, Name, DeveloperName, IsActive FROM RecordType WHERE SobjectType = :object ORDER BY DeveloperName
            """,
            bindings: ["object": .one(.text(object.name))]
        )
    }
}
