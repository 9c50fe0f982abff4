import Engine
import Formats
import HTTP
import Records

/// The rows of a collection call, in runs of one object and the same fields: each run is one batch at the door.
struct CollectionBody {
    private struct Run {
        let object: ObjectSchema
        var batch: Batch
    }

    private var runs: [Run] = []
    private let onFailure: OnFailure

    /// - Parameter objectName: where the path names the object; otherwise each row's `attributes.type` does.
    init(_ call: RESTCall, objectName: String?) async throws {
        let body = try await call.body()
        guard let records = body["records"]?.elements else {
            throw PlatformError(
                .jsonParserError, "The body must be an object with an array of records at [line:1, column:1]")
        }
        try Collections.checkCount(records.count, Limits.collectionRowsMax)
        onFailure = body["allOrNone"]?.boolean == true ? .rollbackAll : .keepGoing
        let schema = try await call.session.schema()
        for record in records {
            guard let members = record.members else {
                throw PlatformError(.jsonParserError, "A record must be a JSON object at [line:1, column:1]")
            }
            guard let name = objectName ?? record["attributes"]?["type"]?.string else {
                throw PlatformError(.invalidField, "The record has no attributes with a type.")
            }
            guard let object = schema.object(name), !object.isInternal else {
                throw PlatformError(.invalidType, "sObject type '\(name)' is not supported.")
            }
            append(try RowBody(members, object: object), object: object)
        }
    }

    /// Writes the runs in order, with `allOrNone` in one transaction; as many outcomes as rows.
    func write(
        as session: Session, _ body: (Session, Batch, OnFailure) async throws -> [Outcome]
    ) async throws -> [Outcome] {
        func writeAll(_ session: Session) async throws -> [Outcome] {
            var outcomes: [Outcome] = []
            for run in runs { outcomes += try await body(session, run.batch, onFailure) }
            return outcomes
        }
        guard case .rollbackAll = onFailure, runs.count > 1 else { return try await writeAll(session) }
        do {
            return try await session.together { session in
                let outcomes = try await writeAll(session)
                if outcomes.contains(where: \.isRefused) { throw Undone(value: outcomes) }
                return outcomes
            }
        } catch let undone as Undone<[Outcome]> {
            return undone.value.map { $0.isRefused ? $0 : .rolledBack }
        }
    }

    private mutating func append(_ row: RowBody, object: ObjectSchema) {
        if let last = runs.indices.last, runs[last].object.name == object.name, runs[last].batch.fields == row.fields {
            runs[last].batch.rows.append(row.values)
        } else {
            runs.append(Run(object: object, batch: Batch(object.name, fields: row.fields, rows: [row.values])))
        }
    }
}

/// Thrown to undo a transaction, with what is answered all the same.
struct Undone<Value: Sendable>: Error {
    let value: Value
}
