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
        if case .rollbackAll = onFailure, runs.count > 1 { try joinRuns() }
    }

    /// Writes the runs in order; as many outcomes as rows.
    func write(_ body: (Batch, OnFailure) async throws -> [Outcome]) async throws -> [Outcome] {
        var outcomes: [Outcome] = []
        for run in runs { outcomes += try await body(run.batch, onFailure) }
        return outcomes
    }

    private mutating func append(_ row: RowBody, object: ObjectSchema) {
        if let last = runs.indices.last, runs[last].object.name == object.name, runs[last].batch.fields == row.fields {
            runs[last].batch.rows.append(row.values)
        } else {
            runs.append(Run(object: object, batch: Batch(object.name, fields: row.fields, rows: [row.values])))
        }
    }

    /// All or nothing is one transaction, and a transaction is one batch. New rows of one object that name different
    /// fields become one by naming the defaults; anything else is refused rather than half kept.
    private mutating func joinRuns() throws {
        let object = runs[0].object
        let isNew = runs.allSatisfy { run in !run.batch.fields.contains { $0.lowercased() == "id" } }
        guard isNew, runs.allSatisfy({ $0.object.name == object.name }) else {
            throw PlatformError(
                .operationTooLarge,
                "With allOrNone, the records of one call must be of one object and name the same fields. Send them in "
                    + "several calls, or without allOrNone."
            )
        }
        var fields: [String] = []
        for run in runs { for field in run.batch.fields where !fields.contains(field) { fields.append(field) } }
        var joined = Batch(object.name, fields: fields, rows: [])
        for run in runs {
            for row in run.batch.rows {
                joined.rows.append(
                    fields.map { field in
                        run.batch.fields.firstIndex(of: field).map { row[$0] } ?? object.defaultValue(of: field)
                    }
                )
            }
        }
        runs = [Run(object: object, batch: joined)]
    }
}

extension ObjectSchema {
    /// What a new row gets where it names no value.
    fileprivate func defaultValue(of name: String) -> Value {
        guard let field = field(name) else { return .null }
        if !field.defaultValue.isNull { return field.defaultValue }
        if let choice = field.picklist.first(where: \.isDefault) { return .text(choice.value) }
        return field.type == .boolean ? false : .null
    }
}
