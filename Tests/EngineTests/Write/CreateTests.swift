import AzukariTesting
import Engine
import Records
import Testing

struct CreateTests {
    @Test func `a created contact has its stamps, its owner and its whole name`() async throws {
        let clock = TestClock()
        try await Writing.withSession(clock: clock) { session, _ in
            let id = try await session.make("Contact", ["LastName": " Fischer ", "FirstName": "Anna", "Email": ""])
            #expect(id.prefix.description == "003")
            let contact = try await session.record(
                "Contact", id,
                ["Name", "LastName", "Email", "OwnerId", "CreatedDate", "CreatedById", "SystemModstamp", "DoNotCall"]
            )
            #expect(contact["Name"] == "Anna Fischer")
            #expect(contact["LastName"] == "Fischer")
            #expect(contact["Email"] == nil)
            #expect(contact["OwnerId"] == .id(SystemUser.operator.id))
            #expect(contact["CreatedDate"] == .datetime(clock.now))
            #expect(contact["CreatedById"] == .id(SystemUser.operator.id))
            #expect(contact["SystemModstamp"] == .datetime(clock.now))
            #expect(contact["DoNotCall"] == false)
        }
    }

    @Test(arguments: [
        ("太郎", "田中", "田中 太郎"), ("Tarō", "Tanaka", "Tarō Tanaka"), ("", "山田", "山田"), ("김", "Kim", "Kim 김"),
    ])
    func `names are joined as their language does`(first: String, last: String, whole: String) async throws {
        try await Writing.withSession { session, _ in
            let id = try await session.make("Contact", ["FirstName": .text(first), "LastName": .text(last)])
            #expect(try await session.record("Contact", id, ["Name"])["Name"] == .text(whole))
        }
    }

    @Test func `values come as text or typed`() async throws {
        try await Writing.withSession { session, _ in
            let id = try await session.make(
                "Account",
                ["Name": "A", "AnnualRevenue": "1250000.505", "NumberOfEmployees": "12", "BillingLatitude": 35.5]
            )
            let account = try await session.record(
                "Account", id, ["AnnualRevenue", "NumberOfEmployees", "BillingLatitude"]
            )
            #expect(account["NumberOfEmployees"] == 12)
            #expect(account["BillingLatitude"] == 35.5)
            let task = try await session.make(
                "Task", ["Subject": "x", "ActivityDate": "2026-12-01", "IsReminderSet": "TRUE"])
            let read = try await session.record("Task", task, ["ActivityDate", "IsReminderSet", "Status", "Priority"])
            #expect(read["ActivityDate"] == .date(Day(year: 2026, month: 12, day: 1)))
            #expect(read["IsReminderSet"] == true)
            #expect(read["Status"] == "Not Started")
            #expect(read["Priority"] == "Normal")
        }
    }

    @Test(arguments: [
        ("2026-11-23T09:30:00.000Z", 0), ("2026-11-23T18:30:00+09:00", 0), ("2026-11-23T18:30:00 0900", 0),
        ("2026-11-23T09:30:00Z", 0),
    ])
    func `moments are read in every zone`(text: String, _: Int) async throws {
        try await Writing.withSession { session, _ in
            let id = try await session.make("Contact", ["LastName": "x", "CreatedDate": .text(text)])
            let moment = try #require(Instant("2026-11-23T09:30:00.000Z"))
            #expect(try await session.record("Contact", id, ["CreatedDate"])["CreatedDate"] == .datetime(moment))
        }
    }

    @Test func `cases are numbered and closed by their status`() async throws {
        let clock = TestClock()
        try await Writing.withSession(clock: clock) { session, _ in
            let open = try await session.make("Case", ["Subject": "a"])
            let closed = try await session.make("Case", ["Subject": "b", "Status": "Closed with explanation"])
            let fields = ["CaseNumber", "Status", "IsClosed", "ClosedDate"]
            let first = try await session.record("Case", open, fields)
            #expect(first["CaseNumber"] == "00000001")
            #expect(first["Status"] == "New")
            #expect(first["IsClosed"] == false)
            let second = try await session.record("Case", closed, fields)
            #expect(second["CaseNumber"] == "00000002")
            #expect(second["IsClosed"] == true)
            #expect(second["ClosedDate"] == .datetime(clock.now))
            _ = try await session.update(
                Batch("Case", ["Id": .id(closed), "Status": "Working"]), onFailure: .rollbackAll
            )
            let reopened = try await session.record("Case", closed, fields)
            #expect(reopened["IsClosed"] == false)
            #expect(reopened["ClosedDate"] == nil)
        }
    }

    @Test func `a parent is named by its id or by its external id`() async throws {
        try await Writing.withSession { session, _ in
            var ext = NewField(name: "Ext__c", type: .string, label: "Ext", labelJa: "外部 ID")
            ext.field.isExternalID = true
            ext.field.isUnique = true
            for object in ["Account", "Contact", "Case"] { try await session.addField(ext, to: object) }
            let account = try await session.make("Account", ["Name": "A", "Ext__c": "A1"])
            let contact = try await session.make("Contact", ["LastName": "x", "Account.Ext__c": "a1", "Ext__c": "P1"])
            #expect(try await session.record("Contact", contact, ["AccountId"])["AccountId"] == .id(account))
            let ticket = try await session.make("Case", ["Contact.Ext__c": "P1", "Ext__c": "C1"])
            let task = try await session.make("Task", ["Who.Ext__c": "P1", "What.Ext__c": "C1", "Subject": "s"])
            let read = try await session.record("Task", task, ["WhoId", "WhatId"])
            #expect(read["WhoId"] == .id(contact))
            #expect(read["WhatId"] == .id(ticket))
            let refused = try await session.refusals("Contact", ["LastName": "x", "Account.Ext__c": "nobody"])
            #expect(refused.map(\.code) == [.invalidField])
            #expect(
                refused[0].message == "Foreign key external ID: nobody not found for field Ext__c in entity Account")
        }
    }

    @Test func `one bad row undoes all, or only itself`() async throws {
        try await Writing.withSession { session, _ in
            let batch = Batch("Contact", fields: ["LastName"], rows: [["Good"], [nil], ["Better"]])
            let undone = try await session.create(batch, onFailure: .rollbackAll)
            #expect(
                undone.map { $0.errors.map(\.code.name) } == [
                    ["ALL_OR_NONE_OPERATION_ROLLED_BACK"], ["REQUIRED_FIELD_MISSING"],
                    ["ALL_OR_NONE_OPERATION_ROLLED_BACK"],
                ])
            #expect(try await session.rowCount("SELECT Id FROM Contact") == 0)
            let kept = try await session.create(batch, onFailure: .keepGoing)
            #expect(kept.map(\.isRefused) == [false, true, false])
            #expect(try await session.rowCount("SELECT Id FROM Contact") == 2)
        }
    }
}
