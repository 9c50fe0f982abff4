import AzukariTesting
import Records
import Testing

@testable import Engine

struct SchemaFileTests {
    private static let visit = """
        object: Visit__c
        label: Visit
        plural: Visits
        ja: 訪問
        name: V-{00000}
        search: yes

        Guest__c reference to=Contact:Visits__r class=link | Guest | 来客
        Kind__c picklist(255) restricted class=preference | Kind | 種類
            * Day | Day | 日帰り
            Night | Night | 宿泊
        Room__c reference to=Room__c:Visits__r | Room | 部屋
        Sum__c currency(18,2) track class=financial | Sum | 金額

        """
    private static let room = """
        object: Room__c
        label: Room
        plural: Rooms
        ja: 部屋
        name: text
        search: no

        Code__c string(20) unique external lookup | Code | 番号

        """
    private static let contact = """
        object: Contact

        Grade__c string(30) | Grade | 等級

        """

    private func files(_ texts: [String] = [visit, room, contact]) throws -> [SchemaFile] {
        try texts.map { try SchemaFile($0, name: "test") }
    }

    @Test func `what everybody may do with records is in the files, and an import sets it`() async throws {
        try await Writing.withSession { session, _ in
            let room = Self.room.replacing("search: no\n", with: "search: no\nsharing: Private\n")
            let files = try files([room, "object: Case\nsharing: Read\n\n"])
            #expect(try await session.importSchema(files).map(\.kind) == [.added, .added, .added])
            #expect(try await session.schema().object("Room__c")?.sharing == .private)
            #expect(try await session.schema().object("Room__Share") != nil)
            #expect(
                try await session.exportSchema().map(\.text)
                    == ["object: Case\nsharing: Read\n\n", room].map(normalised))
            #expect(try await session.compareSchema(with: files) == [])
            // Of an object of one's own no line is the product's default; of a standard one it leaves what is there.
            let without = try self.files([Self.room])
            let differences = try await session.compareSchema(with: without)
            #expect(differences.map(\.kind) == [.absent, .changed] || differences.map(\.kind) == [.changed, .absent])
            _ = try await session.importSchema(without)
            #expect(try await session.schema().object("Room__c")?.sharing == .readWrite)
            #expect(try await session.schema().object("Case")?.sharing == .read)
            #expect(throws: PlatformError(.invalidField, "")) {
                _ = try SchemaFile("object: Case\nsharing: Secret\n\n", name: "case.txt")
            }
        }
    }

    @Test func `what an import made is exported as it was, and is no difference`() async throws {
        try await Writing.withSession { session, _ in
            let done = try await session.importSchema(try files())
            #expect(done.map(\.kind) == Array(repeating: .added, count: 8))
            let exported = try await session.exportSchema()
            #expect(exported.map(\.object) == ["Contact", "Room__c", "Visit__c"])
            #expect(exported.map(\.text) == [Self.contact, Self.room, Self.visit].map { normalised($0) })
            #expect(try await session.compareSchema(with: exported) == [])
            #expect(try await session.compareSchema(with: try files()) == [])
            #expect(try await session.importSchema(try files()) == [])
            let guest = try await session.make("Contact", ["LastName": "a", "Grade__c": "gold"])
            let room = try await session.make("Room__c", ["Name": "305", "Code__c": "R305"])
            let visit = try await session.make(
                "Visit__c", ["Guest__c": .id(guest), "Room__c": .id(room), "Sum__c": 12.5])
            let read = try await session.record("Visit__c", visit, ["Name", "Kind__c"])
            #expect(read["Name"].text?.hasPrefix("V-0000") == true)
            #expect(read["Kind__c"] == "Day")
            // Another organisation, from what this one wrote.
            let texts = exported.map(\.text)
            try await Writing.withSession { other, _ in
                _ = try await other.importSchema(try files(texts))
                #expect(try await other.exportSchema().map(\.text) == texts)
            }
        }
    }

    /// The name of the path to a parent is filled in.
    private func normalised(_ text: String) -> String {
        text.replacing("to=Contact:Visits__r", with: "to=Contact:Visits__r as=Guest__r")
            .replacing("to=Room__c:Visits__r", with: "to=Room__c:Visits__r as=Room__r")
    }

    @Test func `labels, values and limits that grow are changed, and the records stay`() async throws {
        try await Writing.withSession { session, _ in
            _ = try await session.importSchema(try files())
            let id = try await session.make("Contact", ["LastName": "a", "Grade__c": "gold"])
            let changed = try files([
                Self.visit.replacing("label: Visit", with: "label: Stay").replacing(
                    "Night | Night", with: "Week | Week"),
                Self.contact.replacing("string(30) | Grade", with: "string(40) track class=preference | Rank"),
            ])
            let differences = try await session.compareSchema(with: changed)
            #expect(
                differences.map { "\($0.kind) \($0.object) \($0.field ?? "")" } == [
                    "changed Contact Grade__c", "changed Visit__c ", "changed Visit__c Kind__c", "absent Room__c ",
                    "absent Room__c Code__c",
                ])
            _ = try await session.importSchema(changed)
            let schema = try await session.schema()
            #expect(schema.object("Visit__c")?.label == "Stay" && schema.object("Room__c") != nil)
            #expect(schema.object("Visit__c")?.field("Kind__c")?.picklist.map(\.value) == ["Day", "Week"])
            let grade = try #require(schema.object("Contact")?.field("Grade__c"))
            #expect(grade.length == 40 && grade.label == "Rank" && grade.classification == .preference)
            #expect(try await session.record("Contact", id, ["Grade__c"])["Grade__c"] == "gold")
        }
    }

    @Test(arguments: [
        ("string(30) |", "string(20) |"), ("string(30) |", "textarea(30) |"), ("string(30) |", "string(30) unique |"),
    ])
    func `a change that records stand against is refused, and nothing of the import is there`(
        from: String, to: String
    ) async throws {
        try await Writing.withSession { session, _ in
            _ = try await session.importSchema(try files([Self.contact]))
            let wish = try files([Self.room, Self.contact.replacing(from, with: to)])
            await #expect(throws: PlatformError(.invalidField, "")) { try await session.importSchema(wish) }
            #expect(try await session.schema().object("Room__c") == nil)
            // The number of the schema's version that was rolled back is given again.
            try await session.addObject(
                NewObject(
                    name: "Other__c", label: "Other", labelPlural: "Others", labelJa: "他", naming: .text,
                    isSearchable: true))
            #expect(try await session.schema().object("Other__c") != nil)
            #expect(try await session.schema().object("Room__c") == nil)
        }
    }

    @Test(arguments: [
        ("Grade__c string(30)\n", 1), ("object: Contact\nprefix: 003\n", 2),
        ("object: Contact\n\nGrade__c text(30)\n", 3),
        ("object: Visit__c\n\nGrade string(30)\n", 1), ("object: Contact\n\n    value\n", 3),
        ("object: Contact\n\nA__c int\na__c int\n", 1), ("", 1),
    ])
    func `a file that cannot be read is refused with its name and line`(text: String, line: Int) throws {
        let error = try #require(throws: PlatformError.self) { try SchemaFile(text, name: "Contact.txt") }
        #expect(error.message.hasPrefix("Contact.txt, line \(line): "), "\(error.message)")
    }

    @Test func `a field that is neither custom nor the object's own is refused`() async throws {
        try await Writing.withSession { session, _ in
            let error = await #expect(throws: PlatformError.self) {
                _ = try await session.importSchema(try files(["object: Contact\n\nGrade string(30)\n"]))
            }
            #expect(error?.message == "Contact has no field Grade, and it is no name of a custom one.")
        }
    }

    @Test func `agents import no schema, and files must make sense together`() async throws {
        try await withCompany { company in
            await #expect(throws: PlatformError(.insufficientAccess, "")) {
                try await company.agent.importSchema(try files([Self.contact]))
            }
            await #expect(throws: PlatformError(.duplicateValue, "")) {
                try await company.administrator.importSchema(try files([Self.contact, Self.contact]))
            }
            await #expect(throws: PlatformError(.invalidType, "")) {
                try await company.administrator.importSchema(
                    try files([Self.contact.replacing("Contact", with: "Kontact")]))
            }
        }
    }
}
