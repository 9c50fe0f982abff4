import Engine
import Formats
import HTTP
import Records

/// The rows of a collection call.
struct CollectionBody {
    private var runs = RowRuns()
    private let onFailure: OnFailure

    /// - Parameter objectName: where the path names the object; otherwise each row's `attributes.type` does.
    init(_ call: RESTCall, objectName: String?) async throws {
        let body = try await call.body()
        guard let records = body["records"]?.elements else {
            throw PlatformError(
                .jsonParserError, "The body must be an object with an array of records at [line:1, column:1]")
        }
        try Collections.checkCount(records.count, Limits.collectionRowsMax)
        onFailure = try body.flag("allOrNone") ? .rollbackAll : .keepGoing
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
            runs.append(try RowBody(members, object: object), object: object)
        }
    }

    /// Writes the runs in order, with `allOrNone` in one transaction; as many outcomes as rows.
    func write(
        as session: Session, _ body: (Session, Batch, OnFailure) async throws -> [Outcome]
    ) async throws -> [Outcome] {
        let parts = runs.parts
        func writeAll(_ session: Session) async throws -> [Outcome] {
            var outcomes: [Outcome] = []
            for case .batch(let batch) in parts { outcomes += try await body(session, batch, onFailure) }
            return outcomes
        }
        guard case .rollbackAll = onFailure, parts.count > 1 else { return try await writeAll(session) }
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
}

/// Thrown to undo a transaction, with what is answered all the same.
struct Undone<Value: Sendable>: Error {
    let value: Value
}
