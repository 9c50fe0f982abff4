import AzukariTesting
import Foundation
import Records
import Store
import Testing

@testable import Engine

/// An organisation whose contacts have two fields with the same values: one lies in clear, one is to be encrypted.
struct Sealed {
    let engine: Engine
    let session: Session
    let folder: String
    let clock: TestClock

    static func with<T>(unique: Bool = false, _ body: (Sealed) async throws -> T) async throws -> T {
        let clock = TestClock()
        return try await withOrganisation(clock: clock) { engine, folder in
            let session = engine.systemSession(as: .operator, reason: "test")
            for name in ["Clear__c", "Secret__c"] {
                var field = NewField(name: name, type: .string, label: name, labelJa: name)
                field.field.length = 255
                field.field.isUnique = unique
                field.field.isExternalID = unique
                field.field.isHistoryTracked = true
                try await session.addField(field, to: "Contact")
            }
            return try await body(Sealed(engine: engine, session: session, folder: folder, clock: clock))
        }
    }

    @discardableResult
    func make(_ text: String?) async throws -> RecordID {
        let value: Value = text.map { .text($0) } ?? .null
        return try await session.make("Contact", ["LastName": "佐藤", "Clear__c": value, "Secret__c": value])
    }

    func encrypt(_ scheme: FieldEncryption.Scheme, settled: Bool = true) async throws {
        try await session.encrypt("Secret__c", of: "Contact", scheme)
        if settled { try await engine.settleSealing() }
    }

    func secret(_ id: RecordID) async throws -> String? {
        try await session.record("Contact", id, ["Secret__c"])["Secret__c"].text
    }

    /// The column as the database holds it, by record.
    func stored() async throws -> [String] { try await engine.storedTexts("Contact", "Secret__c") }

    /// Every text cell of every table, and every byte of the organisation's files that are no database server's.
    func isAnywhere(_ text: String) async throws -> Bool {
        let needle = Data(text.utf8)
        let inTables = try await engine.store.stored.read { connection in
            try connection.tables().contains { table in
                let columns = table.columns.filter { $0.storage == .text }
                return try columns.contains { column in
                    try connection.all(
                        "SELECT \(identifier: Identifier(column.name)) FROM \(identifier: Identifier(table.name))"
                    ) { $0.isNull(0) ? "" : $0.string(0) }.contains { $0.contains(text) }
                }
            }
        }
        if inTables { return true }
        let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return files.contains { name in
            let bytes = FileManager.default.contents(atPath: folder + "/" + name)
            return bytes?.range(of: needle) != nil
        }
    }
}

extension Engine {
    /// The values of a column as the database holds them.
    func storedTexts(_ object: String, _ field: String) async throws -> [String] {
        let (table, column) = (Identifier(object), Identifier(field))
        return try await store.stored.read { connection in
            try connection.all(
                """
                SELECT \(identifier: column) FROM \(identifier: table) WHERE \(identifier: column) IS NOT NULL ORDER BY "Id"
                """
            ) { $0.string(0) }
        }
    }
}
