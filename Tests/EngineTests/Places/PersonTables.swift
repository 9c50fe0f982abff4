import AzukariTesting
import Foundation
import Records
import Store

@testable import Engine

/// An organisation whose rows a test sets one by one, below the door, so that each column holds exactly what it says.
final class PersonTables: Sendable {
    static let objects = [
        "Account", "Individual", "Contact", "Lead", "Case", "CaseComment", "EmailMessage", "Task",
        "ContactPointTypeConsent",
    ]
    let engine: Engine
    let folder: String
    let clock: TestClock
    let schema: Schema

    private init(engine: Engine, folder: String, clock: TestClock) async throws {
        self.engine = engine
        self.folder = folder
        self.clock = clock
        schema = try await engine.store.read { try engine.schema.current(on: $0) }
    }

    /// Runs `body` in a fresh organisation with `Ext__c` on what the generated company has.
    static func with(_ body: (PersonTables) async throws -> Void) async throws {
        let clock = TestClock()
        try await withOrganisation(clock: clock) { engine, folder in
            try await engine.store.write { connection in
                for name in objects {
                    var field = Field(name: "Ext__c", type: .string)
                    (field.length, field.isCustom, field.isExternalID) = (40, true, true)
                    (field.isUnique, field.isIDLookup) = (true, true)
                    let schema = try engine.schema.current(on: connection)
                    try SchemaChange.add(NewField(field), to: name, in: schema, on: connection)
                }
            }
            try await body(PersonTables(engine: engine, folder: folder, clock: clock))
        }
    }

    /// Closes the engine as a kill would leave the folder, and opens it again.
    func reopened() async throws -> PersonTables {
        await engine.close()
        return try await PersonTables(
            engine: try await Engine.open(folder: folder, environment: clock.environment), folder: folder, clock: clock
        )
    }

    var session: Session { engine.systemSession(as: .privacy, reason: "test") }

    func id(_ object: String, _ sequence: Int64) -> RecordID {
        guard let schema = schema.object(object) else { preconditionFailure("no \(object)") }
        return RecordID(prefix: schema.keyPrefix, sequence: sequence)
    }

    @discardableResult
    func insert(_ name: String, _ sequence: Int64, _ fields: KeyValuePairs<String, Value>) async throws -> RecordID {
        let id = id(name, sequence)
        let pairs = [("Id", Value.id(id))] + fields.map { ($0.key, $0.value) }
        let (engine, schema) = (engine, schema)
        try await engine.store.write { connection in
            try connection.execute(
                """
                INSERT INTO \(identifier: Identifier(name)) \
                (\(.joined(pairs.map { "\(identifier: Identifier($0.0))" }, separator: ", "))) \
                VALUES (\(.joined(pairs.map { "\($0.1)" }, separator: ", ")))
                """
            )
            let rows = PersonRows(
                schema: schema, search: engine.search, matches: engine.matches, connection: connection)
            guard let object = schema.object(name) else { return }
            for row in try connection.storedRows([id], of: object) {
                try SearchIndex.replace([], with: rows.terms(of: row), of: id, connection)
            }
        }
        return id
    }

    private static let tables: SQL =
        TestDatabase.isFile
        ? "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        : "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"

    private static func columns(_ table: String) -> SQL {
        TestDatabase.isFile
            ? "SELECT name FROM pragma_table_info(\(.text(table)))"
            : """
            SELECT column_name::text FROM information_schema.columns
            WHERE table_schema = current_schema() AND table_name = \(.text(table)) ORDER BY ordinal_position
            """
    }

    private static func quoted(_ column: Identifier) -> SQL {
        TestDatabase.isFile ? "quote(\(identifier: column))" : "quote_nullable(\(identifier: column)::text)"
    }

    /// Every table as text, row by row: what must be the same before and after.
    func dump(besides left: Set<String> = []) async throws -> [String: [String]] {
        try await engine.store.read { connection in
            let names = try connection.all(Self.tables) { $0.string(0) }
            var dump: [String: [String]] = [:]
            for name in names where !left.contains(name) {
                let columns = try connection.all(Self.columns(name)) { $0.string(0) }
                let quoted = columns.map { column in Self.quoted(Identifier(column)) }
                let query: SQL =
                    "SELECT \(.joined(quoted, separator: " || ', ' || ")) FROM \(identifier: Identifier(name))"
                dump[name] = try connection.all(query) { $0.string(0) }.sorted()
            }
            return dump
        }
    }

    /// Where a text stands: the paths of the folder's files that have its bytes, and the tables of a server's database.
    func places(holding text: String) async throws -> [String] {
        let tables = TestDatabase.isFile ? [:] : try await dump().filter { $1.contains { $0.contains(text) } }
        return try tables.keys + files(holding: text)
    }

    private func files(holding text: String) throws -> [String] {
        let needle = Array(text.utf8)
        let paths = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return try paths.filter { path in
            let url = URL(filePath: folder + "/" + path)
            guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { return false }
            return try Data(contentsOf: url).firstRange(of: needle) != nil
        }
    }
}
