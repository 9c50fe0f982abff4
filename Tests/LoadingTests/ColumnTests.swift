import Foundation
import Loading
import Records
import Testing

struct ColumnTests {
    private static let account = object(
        "Account", prefix: "001",
        [field("Id", .id), field("Name", .string, ja: "取引先名"), key("Ext__c")])

    private static let contact: ObjectSchema = {
        var account = field("AccountId", .reference, ja: "取引先")
        account.referenceTo = ["Account"]
        account.relationshipName = "Account"
        return object(
            "Contact", prefix: "003",
            [
                field("Id", .id), field("LastName", .string, ja: "姓"), field("Birthdate", .date, ja: "誕生日"),
                field("LastCURequestDate", .datetime, ja: "最終確認"), field("Fav_Food__c", .string, ja: "好物"),
                account, key("Ext__c"),
            ])
    }()

    private static func field(_ name: String, _ type: FieldType, ja: String? = nil) -> Field {
        var field = Field(name: name, type: type)
        field.labelJa = ja ?? name
        return field
    }

    private static func key(_ name: String) -> Field {
        var key = field(name, .string)
        key.isExternalID = true
        return key
    }

    private static func object(_ name: String, prefix: String, _ fields: [Field]) -> ObjectSchema {
        guard let keyPrefix = KeyPrefix(prefix) else { preconditionFailure("a key prefix has three letters") }
        return ObjectSchema(
            name: name, label: name, labelPlural: name, labelJa: name, keyPrefix: keyPrefix,
            isCustom: false, isCreateable: true, isUpdateable: true, isDeletable: true, isQueryable: true,
            isSearchable: true, isInternal: false, fields: fields, subjectPath: [], isPerson: false)
    }

    @Test func `columns are known by name and by label, however they are written`() throws {
        let proposal = MappingProposal(
            header: [
                "last name", "姓", "ＬＡＳＴＮＡＭＥ", "Fav Food", "account.EXT__C", "生年月日", "sf__Error", "年齢",
                "Last CU Request Date",
            ],
            samples: [
                ["a", "a", "a", "", "A-1", "1980/1/31", "", "", "3/12/2026 9:05"],
                ["b", "b", "b", "", "A-2", "1981/12/1", "", "", ""],
            ],
            object: Self.contact, schema: Schema(objects: [Self.contact, Self.account], version: 1))
        #expect(
            proposal.targets.map(\.field) == [
                "LastName", "", "", "Fav_Food__c", "Account.Ext__c", "Birthdate", "", "", "LastCURequestDate",
            ])
        #expect(proposal.targets[5].dateOrder == .yearMonthDay)
        #expect(proposal.targets[8].dateOrder == .dayMonthYear)
    }

    @Test(arguments: [
        ("2026/3/1", DateOrder.yearMonthDay, "2026-02-28T15:00:00.000+0000"),
        ("2026/3/1 9:05", .yearMonthDay, "2026-03-01T00:05:00.000+0000"),
        ("1.3.2026 23:59:59", .germanDayMonthYear, "2026-03-01T14:59:59.000+0000"),
    ])
    func `a moment is read by the clock of its writer`(text: String, order: DateOrder, moment: String) throws {
        let zone = try #require(TimeZone(identifier: "Asia/Tokyo"))
        #expect(order.moment(text, in: zone) == Instant(moment))
    }

    @Test(arguments: ["2026/2/30", "2026/3/1 24:00", "2026/3/1 9", "2026/3/1 9:60", "1/2", "", "2026/3/1 9:05 x"])
    func `what is no moment is none`(text: String) {
        #expect(DateOrder.yearMonthDay.moment(text, in: .gmt) == nil)
    }

    @Test(arguments: [
        // The hour that comes twice is taken for one of the two, and the one that is left out for one beside it.
        ("29/3/2026 0:59", "2026-03-29T00:59:00.000+0000"), ("29/3/2026 2:00", "2026-03-29T01:00:00.000+0000"),
        ("25/10/2026 0:59", "2026-10-24T23:59:00.000+0000"), ("25/10/2026 3:00", "2026-10-25T03:00:00.000+0000"),
    ])
    func `a change of the clocks moves no moment beside it`(text: String, moment: String) throws {
        let zone = try #require(TimeZone(identifier: "Europe/London"))
        #expect(DateOrder.dayMonthYear.moment(text, in: zone) == Instant(moment))
    }
}
