import AzukariTesting
import Records
import Testing

@testable import Engine

/// Inactive values, dependent picklists and values of record types.
struct PicklistTests {
    private static let visit = """
        object: Visit__c

        City__c picklist(255) restricted by=Country__c | City | 都市
            Osaka | Osaka | 大阪 | for Japan
            Lyon | Lyon | リヨン | for France
            Edo | Edo | 江戸 | inactive | for Japan
            Port | Port | 港 | for Japan; France
        Country__c picklist(255) restricted | Country | 国
            Japan | Japan | 日本
            France | France | フランス
        Meal__c multipicklist(255) restricted by=Meals__c | Meal | 食事
            Breakfast | Breakfast | 朝食 | for true
            Dinner | Dinner | 夕食 | for true
        Meals__c boolean | Meals | 食事付き

        """

    private func withVisits(_ body: (Session) async throws -> Void) async throws {
        try await Writing.withSession { session, _ in
            _ = try await session.importSchema([try SchemaFile(Self.visit, name: "test")])
            try await body(session)
        }
    }

    @Test(
        arguments: [
            (["Country__c": "Japan", "City__c": "Osaka"], nil),
            (["Country__c": "france", "City__c": "port"], nil),
            (
                ["Country__c": "France", "City__c": "Osaka"],
                "City: bad value for restricted picklist field: Osaka (it is not for Country France)"
            ),
            (
                ["City__c": "Osaka"],
                "City: bad value for restricted picklist field: Osaka (it is not for Country without a value)"
            ),
            (
                ["Country__c": "Japan", "City__c": "Edo"],
                "City: bad value for restricted picklist field: Edo (it is inactive)"
            ),
            (["Meals__c": true, "Meal__c": "Dinner;Breakfast"], nil),
            (
                ["Meal__c": "Dinner"],
                "Meal: bad value for restricted picklist field: Dinner (it is not for Meals false)"
            ),
        ] as [([String: Value], String?)])
    func `a value is taken for the controlling values that it is for, by both roads`(
        values: [String: Value], message: String?
    ) async throws {
        try await withVisits { session in
            let fields = values.keys + ["Name"]
            let row = fields.map { values[$0] ?? "a" }
            let outcome = try await session.create(
                Batch("Visit__c", fields: fields, rows: [row]), onFailure: .keepGoing)[0]
            #expect(outcome.errors.first?.message == message)
            #expect(outcome.errors.first.map { $0.code == .invalidOrNullForRestrictedPicklist } ?? true)
            let reports = LoadTests.Reports()
            let texts = row.map { Value.text(WireText.text(of: $0) ?? "") }
            _ = try await session.load(
                "Visit__c", fields: fields, rows: LoadTests.Pieces(pieces: [[texts]]), report: reports.add)
            #expect(reports.outcomes.map { $0.outcome.errors.first?.message } == [message])
        }
    }

    @Test func `what a record has it keeps until its causes change`() async throws {
        try await withVisits { session in
            let id = try await session.make("Visit__c", ["Name": "a", "Country__c": "Japan", "City__c": "Osaka"])
            let text = Self.visit.replacing("大阪 | for Japan", with: "大阪 | inactive | for France")
            _ = try await session.importSchema([try SchemaFile(text, name: "test")])
            #expect(try await session.change("Visit__c", id, ["Name": "b"]) == [])
            #expect(try await session.change("Visit__c", id, ["City__c": "Osaka", "Name": "c"]) == [])
            #expect(
                try await session.change("Visit__c", id, ["Country__c": "France"]) == [],
                "an inactive value that the record has stays with a controlling value that it is for")
            #expect(try await session.change("Visit__c", id, ["Country__c": "Japan"]).map(\.fields) == [["City__c"]])
            #expect(try await session.change("Visit__c", id, ["Country__c": "Japan", "City__c": .null]) == [])
            #expect(try await session.change("Visit__c", id, ["City__c": "Osaka"]).map(\.fields) == [["City__c"]])
            #expect(try await session.record("Visit__c", id, ["City__c"])["City__c"].isNull)
        }
    }

    @Test func `a record type has the values that are in it, and those of no type`() async throws {
        try await withVisits { session in
            let type = try await session.make(
                "RecordType",
                ["Name": "Group visit", "DeveloperName": "Group", "SobjectType": "Visit__c", "IsActive": true])
            let other = try await session.make(
                "RecordType", ["Name": "Case", "DeveloperName": "Other", "SobjectType": "Case", "IsActive": true])
            let closed = try await session.make(
                "RecordType", ["Name": "Old", "DeveloperName": "Old", "SobjectType": "Visit__c", "IsActive": false])
            let text = Self.visit.replacing("フランス", with: "フランス | in Group")
            _ = try await session.importSchema([try SchemaFile(text, name: "test")])
            #expect(try await session.exportSchema().first?.text.contains("France | France | フランス | in Group") == true)
            let refused = try await session.refusals("Visit__c", ["Name": "a", "Country__c": "France"])
            #expect(
                refused.map(\.message) == [
                    "Country: bad value for restricted picklist field: France (it is not for record type Master)"
                ])
            let id = try await session.make(
                "Visit__c", ["Name": "a", "Country__c": "France", "RecordTypeId": .id(type)])
            #expect(try await session.rowCount("SELECT Id FROM Visit__c WHERE RecordType.DeveloperName = 'Group'") == 1)
            #expect(try await session.change("Visit__c", id, ["RecordTypeId": .null]).map(\.fields) == [["Country__c"]])
            for wrong in [other, closed] {
                let errors = try await session.change("Visit__c", id, ["RecordTypeId": .id(wrong)])
                #expect(errors.map(\.code) == [.invalidCrossReferenceKey])
            }
            // Made inactive, it stays where it is.
            #expect(try await session.change("RecordType", type, ["IsActive": false]) == [])
            #expect(try await session.change("Visit__c", id, ["RecordTypeId": .id(type), "Country__c": "Japan"]) == [])
        }
    }

    @Test func `standard picklists take an organisation's own values, and keep the rest of the field`() async throws {
        try await Writing.withSession { session, _ in
            let text = """
                object: Case

                Priority picklist(255) track restricted | Urgency | 緊急度
                    High | High | 高
                    * Normal | Normal | 普通
                    Low | Low | 低 | inactive

                """
            let file = try SchemaFile(text, name: "test")
            #expect(try await session.compareSchema(with: [file]).map(\.kind) == [.changed])
            _ = try await session.importSchema([file])
            #expect(try await session.exportSchema().map(\.text) == [text])
            #expect(try await session.compareSchema(with: [file]) == [])
            let id = try await session.make("Case", ["Subject": "a"])
            #expect(try await session.record("Case", id, ["Priority"])["Priority"] == "Normal")
            #expect(try await session.refusals("Case", ["Priority": "Low"]).map(\.fields) == [["Priority"]])
            let unknown = try await session.refusals("Case", ["Priority": "Medium"])
            #expect(unknown.map(\.fields) == [["Priority"]], "\(unknown)")
            let wider = try SchemaFile(text.replacing("picklist(255)", with: "picklist(300)"), name: "test")
            let error = await #expect(throws: PlatformError.self) { _ = try await session.importSchema([wider]) }
            #expect(error?.message.contains("of a standard field") == true)
        }
    }

    @Test func `a status of the organisation's own closes a case when it says so`() async throws {
        try await Writing.withSession { session, _ in
            let text = """
                object: Case

                Status picklist(255) track | Status | 状況
                    * New | New | 新規
                    Solved | Solved | 解決 | closed
                    Closed for now | Closed for now | 保留

                """
            _ = try await session.importSchema([try SchemaFile(text, name: "test")])
            #expect(try await session.exportSchema().map(\.text) == [text])
            for (status, isClosed) in [
                ("New", false), ("solved", true), ("Closed for now", false), ("Closed by mail", true), ("Open", false),
            ] {
                let id = try await session.make("Case", ["Status": .text(status)])
                let row = try await session.record("Case", id, ["IsClosed", "ClosedDate"])
                #expect(row["IsClosed"].boolean == isClosed && row["ClosedDate"].isNull != isClosed, "\(status)")
            }
        }
    }

    @Test(arguments: [
        ("by=Country__c", "by=Region__c", "is no picklist or checkbox"),
        ("for Japan; France", "for Japan; Spain", "Port is for Spain, which is no value of Country__c"),
        ("Country__c picklist(255) restricted", "Country__c picklist(255) by=City__c", "is no picklist or checkbox"),
        (" by=Meals__c", "", "a controlling field, which is not named"),
        ("Osaka | Osaka", "* Osaka | Osaka", "it is no default"),
        ("Japan | Japan", "france | France", "is there twice"),
        ("江戸 | inactive", "江戸 | in Group", "has no record types"),
        ("江戸 | inactive", "江戸 | idle", "`inactive`, `closed`, `for …` or `in …`, not `idle`"),
    ])
    func `what makes no sense is refused, and nothing of it is there`(from: String, to: String, reason: String)
        async throws
    {
        try await Writing.withSession { session, _ in
            let error = await #expect(throws: PlatformError.self) {
                _ = try await session.importSchema([try SchemaFile(Self.visit.replacing(from, with: to), name: "test")])
            }
            let message = error?.message ?? ""
            #expect(message.contains(reason), "\(message)")
            let schema = try await session.schema()
            #expect(schema.object("Visit__c") == nil)
        }
    }
}

extension Session {
    /// What one change of a record is refused for.
    fileprivate func change(_ object: String, _ id: RecordID, _ values: KeyValuePairs<String, Value>) async throws
        -> [PlatformError]
    {
        let batch = Batch(object, fields: ["Id"] + values.map(\.key), rows: [[.id(id)] + values.map(\.value)])
        return try await update(batch, onFailure: .keepGoing)[0].errors
    }
}
