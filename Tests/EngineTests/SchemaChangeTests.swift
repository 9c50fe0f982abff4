import Records
import Store
import Testing

@testable import Engine

struct SchemaChangeTests {
    private func space(naming: NewObject.Naming = .text) -> NewObject {
        NewObject(
            name: "Space__c", label: "Space", labelPlural: "Spaces", labelJa: "スペース", naming: naming, isSearchable: true
        )
    }

    @Test func `an object and its fields are there at the next statement`() async throws {
        let fixture = try await QueryFixture()
        let session = fixture.session
        try await session.addObject(space())
        var market = NewField(name: "Contact__c", type: .reference, label: "Contact", labelJa: "顧客")
        market.field.referenceTo = ["contact"]
        market.field.childRelationships = ["Contact": "Spaces__r"]
        try await session.addField(market, to: "Space__c")
        var kind = NewField(name: "Kind__c", type: .multipicklist, label: "Kind", labelJa: "種類")
        kind.field.picklist = ["A", "B", "C"].map {
            PicklistValue(value: $0, label: $0, labelJa: $0, isActive: true, isDefault: $0 == "B")
        }
        try await session.addField(kind, to: "space__c")
        let object = try #require(try await session.schema().object("Space__c"))
        #expect(object.keyPrefix.description == "a00" && object.isCustom && object.labelJa == "スペース")
        #expect(object.subjectPath == ["Contact__c"])
        #expect(object.field("Kind__c")?.defaultValue == "B" && object.field("Kind__c")?.picklist.count == 3)
        #expect(object.field("Contact__c")?.relationshipName == "Contact__r")
        try await fixture.fill()
        try await fixture.insert(
            "Space__c", 1, ["Name": "Hall", "Contact__c": .id(QueryFixture.id("003", 1)), "Kind__c": "A;C"])
        try await fixture.insert("Space__c", 2, ["Name": "Room", "Kind__c": "B"])
        let rows = try await session.query(
            "SELECT Name, Contact__r.LastName FROM Space__c WHERE Kind__c INCLUDES ('A;C', 'X')")
        #expect(rows.map(\.line) == ["Name=Hall Contact__r=(LastName=Sato)"])
        #expect(
            try await session.query("SELECT Name FROM Space__c WHERE Kind__c EXCLUDES ('A')").map(\.line) == [
                "Name=Room"
            ])
        let children = try await session.query(
            "SELECT (SELECT Name FROM Spaces__r) FROM Contact WHERE LastName = 'Sato' ORDER BY Id LIMIT 1")
        #expect(children.map(\.line) == ["Spaces__r=1[Name=Hall]"])
    }

    @Test func `what was added is there when the organisation is opened again`() async throws {
        let fixture = try await QueryFixture()
        try await fixture.session.addObject(space(naming: .autoNumber("S-{0000}")))
        let version = try await fixture.session.schema().version
        let again = try await fixture.engine.store.read { try LiveSchema().current(on: $0) }
        #expect(again.version == version && again.object("Space__c")?.field("Name")?.autoNumberFormat == "S-{0000}")
        #expect(again.object("Space__c")?.field("Name")?.isCreateable == false)
    }

    @Test func `an external id is looked up without regard to case`() async throws {
        let fixture = try await QueryFixture()
        var field = NewField(name: "Ext__c", type: .string, label: "External ID", labelJa: "外部 ID")
        (field.field.isExternalID, field.field.isUnique) = (true, true)
        try await fixture.session.addField(field, to: "Contact")
        try await fixture.insert("Contact", 1, ["LastName": "A", "Ext__c": "P0000001"])
        let found = try await fixture.session.find("Contact", "ext__c", equals: "p0000001", fields: ["Id", "LastName"])
        #expect(found.map(\.line) == ["Id=003#1 LastName=A"])
        await #expect(throws: PlatformError(.duplicateValue, "")) {
            try await fixture.insert("Contact", 2, ["LastName": "B", "Ext__c": "p0000001"])
        }
        await #expect(throws: PlatformError(.invalidField, "")) {
            try await fixture.session.find("Contact", "LastName", equals: "A", fields: nil)
        }
    }

    @Test(arguments: [
        "Space", "1x__c", "Sp ace__c", "__c", "A__b__c", "A___c", "Sp\"x__c", "スペース__c",
        String(repeating: "a", count: 41) + "__c",
    ])
    func `a name that cannot be is refused`(name: String) async throws {
        let fixture = try await QueryFixture()
        var object = space()
        object.name = name
        await #expect(throws: PlatformError(.invalidField, "")) { try await fixture.session.addObject(object) }
        await #expect(throws: PlatformError(.invalidField, "")) {
            try await fixture.session.addField(
                NewField(name: name, type: .string, label: "x", labelJa: "x"), to: "Contact")
        }
    }

    @Test func `names are taken once, in any case`() async throws {
        let fixture = try await QueryFixture()
        try await fixture.session.addObject(space())
        var again = space()
        again.name = "SPACE__c"
        await #expect(throws: PlatformError(.duplicateValue, "")) { try await fixture.session.addObject(again) }
        let field = NewField(name: "X__c", type: .boolean, label: "X", labelJa: "X")
        try await fixture.session.addField(field, to: "Space__c")
        await #expect(throws: PlatformError(.duplicateValue, "")) {
            try await fixture.session.addField(field, to: "Space__c")
        }
        await #expect(throws: PlatformError(.invalidType, "")) {
            try await fixture.session.addField(field, to: "Nope__c")
        }
    }

    @Test func `only administrators change the schema`() async throws {
        let fixture = try await QueryFixture()
        let agent = try await fixture.user(7, profile: FirstRows.standardUser)
        await #expect(throws: PlatformError(.insufficientAccess, "")) { try await agent.addObject(space()) }
        let administrator = try await fixture.user(8, profile: FirstRows.administrator)
        try await administrator.addObject(space())
    }

    @Test func `of two administrators who change an object at once each is done whole, or told why not`() async throws {
        try await Writing.withSession { session, _ in
            try await session.addObject(space())
            let outcomes = await withTaskGroup(of: PlatformError?.self) { group in
                for number in 0..<12 {
                    group.addTask {
                        // Every name is wanted by two of them.
                        let name = "Field\(number / 2)__c"
                        let field = NewField(name: name, type: .string, label: name, labelJa: name)
                        do {
                            try await session.addField(field, to: "Space__c")
                            _ = try await session.make("Space__c", ["Name": "a", "Field\(number / 2)__c": "x"])
                            return nil
                        } catch {
                            return error as? PlatformError ?? PlatformError(.unknownException, "\(error)")
                        }
                    }
                }
                return await group.reduce(into: [PlatformError?]()) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == nil } == 6)
            #expect(outcomes.compactMap(\.self).allSatisfy { $0.code == .duplicateValue })
            let names = try await session.schema().object("Space__c")?.fields.filter(\.isCustom).map(\.name).sorted()
            #expect(names == (0..<6).map { "Field\($0)__c" })
            #expect(try await session.rowCount("SELECT Id FROM Space__c") == 6)
        }
    }
}
