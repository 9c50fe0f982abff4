import Engine
import Formats
import HTTP
import Hummingbird
import Records

/// Records made, changed, deleted and brought back.
enum SOAPWrites {
    static let operations: [String: SOAPHandler] = [
        "create": { call in try await write(call) { try await $0.create($1, onFailure: $2) } },
        "update": { call in try await write(call) { try await $0.update($1, onFailure: $2) } },
        "upsert": upsert, "delete": { call in try await each(call) { try await $0.delete($1, onFailure: $2) } },
        "undelete": { call in try await each(call) { try await $0.undelete($1, onFailure: $2) } },
        "emptyRecycleBin": emptyBin,
    ]

    private typealias Write = @Sendable (Session, Batch, OnFailure) async throws -> [Outcome]

    private static func write(_ call: SOAPCall, _ body: @escaping Write) async throws -> Response {
        answer(call, try await outcomes(call, body), showsCreated: false)
    }

    @Sendable private static func upsert(_ call: SOAPCall) async throws -> Response {
        let field = try call.argument("externalIDFieldName")
        let outcomes = try await outcomes(call) { try await $0.upsert($1, by: field, onFailure: $2) }
        return answer(call, outcomes, showsCreated: true)
    }

    /// A row that makes no sense is refused by itself.
    private static func outcomes(_ call: SOAPCall, _ body: @escaping Write) async throws -> [Outcome] {
        let schema = try await call.session.schema()
        let rows = try call.arguments("sObjects", atMost: Limits.collectionRowsMax)
        var runs = RowRuns()
        for row in rows {
            do {
                let (object, body) = try SOAPRow.read(row, call.kind, schema)
                runs.append(body, object: object)
            } catch let error as PlatformError {
                runs.append(refused: error)
            }
        }
        let parts = runs.parts
        let onFailure: OnFailure = call.isAllOrNone ? .rollbackAll : .keepGoing
        @Sendable func writeAll(_ session: Session) async throws -> [Outcome] {
            var outcomes: [Outcome] = []
            for part in parts {
                switch part {
                case .refused(let error): outcomes.append(.refused([error]))
                case .batch(let batch):
                    do {
                        outcomes += try await body(session, batch, onFailure)
                    } catch let error as PlatformError where error.detail == nil {
                        outcomes += batch.rows.map { _ in .refused([error]) }
                    }
                }
            }
            return outcomes
        }
        guard call.isAllOrNone else { return try await writeAll(call.writer) }
        do {
            return try await call.writer.together { session in
                let outcomes = try await writeAll(session)
                if outcomes.contains(where: \.isRefused) { throw Undone(value: outcomes) }
                return outcomes
            }
        } catch let undone as Undone<[Outcome]> {
            return undone.value.map { $0.isRefused ? $0 : .rolledBack }
        }
    }

    private static func each(
        _ call: SOAPCall, _ body: @Sendable (Session, [RecordID], OnFailure) async throws -> [Outcome]
    ) async throws -> Response {
        let ids = try call.ids()
        let outcomes = try await body(call.session, ids, call.isAllOrNone ? .rollbackAll : .keepGoing)
        ids.forEach(call.shared.changed)
        return answer(call, outcomes, showsCreated: false)
    }

    /// Only what is in the bin is destroyed.
    @Sendable private static func emptyBin(_ call: SOAPCall) async throws -> Response {
        let schema = try await call.session.schema()
        var outcomes: [Outcome] = []
        for id in try call.ids() {
            let isInBin: Bool
            if let object = schema.object(of: id), object.isQueryable {
                isInBin = try await !call.session.query(
                    "SELECT Id FROM \(object.name) WHERE Id = :id", bindings: ["id": .one(.id(id))], deleted: .only
                ).isEmpty
            } else {
                isInBin = false
            }
            outcomes +=
                isInBin
                ? try await call.session.purge([id], onFailure: .keepGoing)
                : [.refused([PlatformError(.invalidOperation, "The record is not in the recycle bin.")])]
        }
        return answer(call, outcomes, showsCreated: false)
    }

    private static func answer(_ call: SOAPCall, _ outcomes: [Outcome], showsCreated: Bool) -> Response {
        for outcome in outcomes { if let id = outcome.id { call.shared.changed(id) } }
        return call.answer { writer in
            for outcome in outcomes {
                writer.element("result") { writer in
                    if showsCreated {
                        var isCreated = false
                        if case .done(_, let created) = outcome { isCreated = created }
                        writer.element("created", isCreated)
                    }
                    writer.errors(outcome.errors)
                    writer.element("id", orNull: outcome.id)
                    writer.element("success", !outcome.isRefused)
                }
            }
        }
    }
}

extension SOAPWriter {
    /// Errors of a row.
    mutating func errors(_ errors: [PlatformError]) {
        for error in errors {
            element("errors") { writer in
                for field in error.fields { writer.element("fields", field) }
                writer.element("message", error.message)
                writer.element("statusCode", error.code.name)
            }
        }
    }
}

/// A row of the wire.
enum SOAPRow {
    /// The object, and the fields in their order. What is nil is not there; `fieldsToNull` empties.
    static func read(_ row: XMLTree, _ kind: SOAPKind, _ schema: Schema) throws -> (object: ObjectSchema, row: RowBody)
    {
        let type = row.children.first { $0.name == "type" && $0.children.isEmpty }?.text
        let typed = row.attributes["type"].map { String($0.split(separator: ":").last ?? "") }
        guard let name = kind == .partner ? type : typed ?? type, let object = schema.object(name), !object.isInternal
        else {
            throw PlatformError(.invalidType, "sObject type '\(type ?? typed ?? "")' is not supported.")
        }
        var body = RowBody()
        var isTypePassed = kind == .enterprise
        for field in row.children where !field.isNil && field.name != "fieldsToNull" {
            if !isTypePassed, field.name == "type" {
                isTypePassed = true
                continue
            }
            let keys = field.children.filter { $0.name != "type" && $0.name != "fieldsToNull" && !$0.isNil }
            if keys.isEmpty {
                if body.has(field.name) { continue }
                body.append(field.name, .text(field.text))
            } else if keys.count == 1, object.relationship(field.name) != nil {
                body.append("\(field.name).\(keys[0].name)", .text(keys[0].text))
            } else {
                throw PlatformError(
                    .invalidField, "The parent '\(field.name)' must be named by exactly one external id.",
                    fields: [field.name])
            }
        }
        for field in row.children where field.name == "fieldsToNull" && !field.text.isEmpty {
            if !body.has(field.text) { body.append(field.text, .null) }
        }
        return (object, body)
    }
}
