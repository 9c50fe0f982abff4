import AzukariTesting
import Records
import Store
import Testing

@testable import Engine

/// Custom fields in the bin: unseen, kept for fifteen days, restored whole, or destroyed.
struct DeletedFieldTests {
    private static let contact = """
        object: Contact

        Code__c string(20) unique external lookup | Code | 番号
        Colour__c picklist(255) required restricted | Colour | 色
            * Red | Red | 赤
            Blue | Blue | 青
        Guide__c reference to=Contact:Guided__r as=Guide__r parent=cascade class=link | Guide | 案内人
        Note__c textarea(1000) class=free-text | Note | メモ

        """
    private static let names = ["Code__c", "Colour__c", "Guide__c", "Note__c"]

    private static func values(_ record: Record) -> [Value] { names.map { record[$0] } }

    private func withFields(
        clock: TestClock = TestClock(), _ body: (Session, Engine) async throws -> Void
    ) async throws {
        try await Writing.withSession(clock: clock) { session, engine in
            _ = try await session.importSchema([try SchemaFile(Self.contact, name: "test")])
            try await body(session, engine)
        }
    }

    @Test func `a deleted field is nowhere to be seen, demands nothing, and comes back with what it held`() async throws
    {
        try await withFields { session, _ in
            let guide = try await session.make("Contact", ["LastName": "g", "Colour__c": "Blue"])
            let id = try await session.make(
                "Contact", ["LastName": "a", "Code__c": "c1", "Guide__c": .id(guide), "Note__c": "Ringelblume"])
            let before = Self.values(try await session.record("Contact", id, Self.names))
            for name in Self.names { try await session.deleteField(name, of: "contact") }
            #expect(try await session.deletedFields().map(\.name) == Self.names)
            let schema = try await session.schema()
            #expect(schema.object("Contact")?.field("Code__c") == nil)
            #expect(try await session.exportSchema().isEmpty)
            for soql in [
                "SELECT Code__c FROM Contact", "SELECT Id FROM Contact WHERE Guide__r.LastName = 'g'",
                "SELECT (SELECT Id FROM Guided__r) FROM Contact",
            ] {
                await #expect(throws: PlatformError.self) { _ = try await session.query(soql) }
            }
            #expect(try await session.search("Ringelblume", in: nil, limit: 10).isEmpty)
            #expect(try await session.refusals("Contact", ["LastName": "b"]).isEmpty)
            let closed = await #expect(throws: PlatformError.self) {
                _ = try await session.refusals("Contact", ["LastName": "b", "Code__c": "c9"])
            }
            #expect(closed?.code == .invalidField)
            let taken = await #expect(throws: PlatformError.self) {
                try await session.addField(
                    NewField(name: "Code__c", type: .string, label: "c", labelJa: "c"), to: "Contact")
            }
            #expect(taken?.code == .duplicateValue && taken?.message.contains("deleted field") == true)

            for name in Self.names { try await session.restoreField(name, of: "Contact") }
            #expect(try await session.deletedFields().isEmpty)
            #expect(Self.values(try await session.record("Contact", id, Self.names)) == before)
            #expect(try await session.exportSchema().map(\.text) == [Self.contact])
            #expect(try await session.search("Ringelblume", in: nil, limit: 10).map(\.id) == [id])
            #expect(
                try await session.refusals("Contact", ["LastName": "b", "Code__c": "c1"]).map(\.code) == [
                    .duplicateValue
                ])
            #expect(try await session.rowCount("SELECT Id FROM Contact WHERE Code__c = 'c1'") == 1)
        }
    }

    @Test func `the parent of a deleted lookup can be deleted, and the lookup comes back empty`() async throws {
        try await withFields { session, _ in
            let guide = try await session.make("Contact", ["LastName": "g"])
            let id = try await session.make("Contact", ["LastName": "a", "Guide__c": .id(guide)])
            try await session.deleteField("Guide__c", of: "Contact")
            #expect(try await session.delete([guide], onFailure: .rollbackAll)[0].isRefused == false)
            try await session.restoreField("Guide__c", of: "Contact")
            #expect(try await session.record("Contact", id, ["Guide__c"])["Guide__c"].isNull)
        }
    }

    @Test func `after fifteen days it is destroyed, with what it held and the words of the search`() async throws {
        let clock = TestClock()
        try await withFields(clock: clock) { session, engine in
            let id = try await session.make("Contact", ["LastName": "a", "Code__c": "c1", "Note__c": "Ringelblume"])
            for name in Self.names { try await session.deleteField(name, of: "Contact") }
            clock.advance(seconds: 15 * 86_400 - 1)
            #expect(try await session.purgeExpiredFields().isEmpty)
            clock.advance(seconds: 1)
            // It may be half destroyed from here on.
            await #expect(throws: PlatformError(.invalidField, "")) {
                try await session.restoreField("Code__c", of: "Contact")
            }
            #expect(try await session.purgeExpiredFields().map(\.name) == Self.names)
            #expect(try await session.deletedFields().isEmpty)
            await #expect(throws: PlatformError.self) { try await session.restoreField("Code__c", of: "Contact") }
            // The name is free, and what comes under it is new.
            _ = try await session.importSchema([try SchemaFile(Self.contact, name: "test")])
            let read = try await session.record("Contact", id, Self.names)
            #expect(Self.names.allSatisfy { read[$0].isNull })
            let postings = try await engine.store.read { connection in
                try connection.first("SELECT count(*) FROM az_term WHERE record = \(.id(id))") { $0.int64(0) }
            }
            #expect(postings == 1, "of the name alone")
        }
    }

    @Test func `an erasure finds what a deleted field holds of a person`() async throws {
        try await withFields { session, _ in
            let person = try await session.make("Contact", ["LastName": "Ringelblume", "Email": "r@example.org"])
            let other = try await session.make("Contact", ["LastName": "a", "Note__c": "knows r@example.org"])
            try await session.deleteField("Note__c", of: "Contact")
            let places = try await session.trace(person).places.filter { $0.record == other }
            #expect(places.map(\.field) == ["Note__c"])
        }
    }

    @Test func `standard fields, controlling fields and what is not there are refused`() async throws {
        try await withFields { session, _ in
            var size = NewField(name: "Size__c", type: .picklist, label: "Size", labelJa: "大きさ")
            size.field.controllerName = "Colour__c"
            size.field.picklist = [
                PicklistValue(value: "S", label: "S", labelJa: "S", isActive: true, isDefault: false, validFor: ["Red"])
            ]
            try await session.addField(size, to: "Contact")
            for (name, code) in [
                ("LastName", PlatformError.Code.deleteFailed), ("Colour__c", .deleteFailed), ("None__c", .invalidField),
            ] {
                let error = await #expect(throws: PlatformError.self) {
                    try await session.deleteField(name, of: "Contact")
                }
                #expect(error?.code == code)
            }
            try await session.deleteField("Size__c", of: "Contact")
            try await session.deleteField("Colour__c", of: "Contact")
            await #expect(throws: PlatformError.self) { try await session.deleteField("Colour__c", of: "Contact") }
        }
    }

    @Test func `a field that is deleted during a load ends it with a clear error, and the rows before are there`()
        async throws
    {
        try await withFields { session, _ in
            let rows = (0..<30_000).map { [Value.text("p\($0)"), .text("c\($0)")] }
            let pieces = LoadTests.Pieces(
                pieces: stride(from: 0, to: 30_000, by: 11_000).map { Array(rows[$0..<min($0 + 11_000, 30_000)]) })
            let error = await #expect(throws: PlatformError.self) {
                _ = try await session.load("Contact", fields: ["LastName", "Code__c"], rows: pieces) { told in
                    guard told.first?.row == 0 else { return }
                    let deletion = Task { try await session.deleteField("Code__c", of: "Contact") }
                    _ = deletion
                }
            }
            #expect(error?.code == .invalidField)
            #expect(error?.message == "Contact.Code__c was deleted before these rows were written.")
            let count = try await session.rowCount("SELECT Id FROM Contact")
            #expect(count >= 11_000 && count % 11_000 == 0)
            try await session.restoreField("Code__c", of: "Contact")
            #expect(try await session.rowCount("SELECT Id FROM Contact WHERE Code__c != null") == count)
        }
    }
}
