import Foundation
import Records
import Store

@testable import Engine

/// The tables of the whole catalogue in a database of their own, with `Ext__c` on what the generated company has, and
/// a search that reads every row.
final class PersonTables: Sendable {
    static let objects = [
        "Account", "Individual", "Contact", "Lead", "Case", "CaseComment", "EmailMessage", "Task",
        "ContactPointTypeConsent",
    ]
    let folder: String
    let store: any Store
    let schema: Schema

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "person-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        store = try SQLiteStore.open(path: folder + "/azukari.sqlite", readers: 2)
        let migrations = try Migration.all(inFolder: Bundle.module.bundleURL.appending(path: "Resources/migrations"))
        schema = try await store.write { connection in
            try connection.migrate(migrations)
            for object in try Catalogue.standard() { try SchemaTables.create(object, on: connection) }
            for name in Self.objects {
                var field = Field(name: "Ext__c", type: .string)
                (field.length, field.isCustom, field.isExternalID) = (40, true, true)
                (field.isUnique, field.isIDLookup) = (true, true)
                let schema = try LiveSchema().current(on: connection)
                try SchemaChange.add(NewField(field), to: name, in: schema, on: connection)
            }
            return try LiveSchema().current(on: connection)
        }
    }

    /// Runs `body` on fresh tables, which are gone afterwards.
    static func with(_ body: (PersonTables) async throws -> Void) async throws {
        let tables = try await PersonTables()
        do { try await body(tables) } catch {
            await tables.end()
            throw error
        }
        await tables.end()
    }

    private func end() async {
        await store.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func id(_ object: String, _ sequence: Int64) -> RecordID {
        guard let schema = schema.object(object) else { preconditionFailure("no \(object)") }
        return RecordID(prefix: schema.keyPrefix, sequence: sequence)
    }

    @discardableResult
    func insert(_ object: String, _ sequence: Int64, _ fields: KeyValuePairs<String, Value>) async throws -> RecordID {
        let id = id(object, sequence)
        let pairs = [("Id", Value.id(id))] + fields.map { ($0.key, $0.value) }
        try await store.write { connection in
            try connection.execute(
                """
                INSERT INTO \(identifier: Identifier(object)) \
                (\(.joined(pairs.map { "\(identifier: Identifier($0.0))" }, separator: ", "))) \
                VALUES (\(.joined(pairs.map { "\($0.1)" }, separator: ", ")))
                """
            )
        }
        return id
    }

    func trace(_ person: RecordID) async throws -> Trace? {
        try await store.read { [schema] connection in
            try Tracer(schema: schema, connection: connection) { text in
                try Self.everyRow(schema, connection).filter { Self.mayHold(text, $0) }.map(\.id)
            }.trace(person)
        }
    }

    private static func everyRow(_ schema: Schema, _ connection: any Connection) throws -> [StoredRow] {
        try schema.objects.flatMap { object in
            let ids = try connection.all("SELECT \"Id\" FROM \(identifier: Identifier(object.name))") {
                RecordID(rawValue: $0.int64(0))
            }
            return try connection.storedRows(ids, of: object)
        }
    }

    /// Whether every word of the text, or all of its digits, stands somewhere in the row.
    private static func mayHold(_ text: String, _ row: StoredRow) -> Bool {
        let whole = row.values.compactMap(\.text).joined(separator: "\n").lowercased()
        if !text.contains(where: \.isLetter) {
            return whole.filter(\.isNumber).contains(text.filter(\.isNumber).suffix(9))
        }
        return text.lowercased().split(separator: " ").allSatisfy { whole.contains($0) }
    }
}
