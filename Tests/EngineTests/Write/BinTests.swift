import AzukariTesting
import Engine
import Records
import Testing

struct BinTests {
    /// Everything that a test compares: the values of all rows, but for the stamp of the last change.
    private func image(_ session: Session) async throws -> [String] {
        var lines: [String] = []
        for object in ["Account", "Contact", "Case", "CaseComment", "Task"] {
            let fields = try #require(try await session.schema().object(object)).fields
                .filter { $0.type.storage != nil && $0.name != "SystemModstamp" }.map(\.name)
            for record in try await session.query("SELECT \(fields.joined(separator: ", ")) FROM \(object) ORDER BY Id")
            {
                lines.append("\(object) " + fields.map { String(reflecting: record[$0]) }.joined(separator: "|"))
            }
        }
        return lines
    }

    private func company(_ session: Session) async throws -> (account: RecordID, contact: RecordID, ticket: RecordID) {
        let account = try await session.make("Account", ["Name": "A"])
        let contact = try await session.make("Contact", ["LastName": "x", "AccountId": .id(account)])
        let boss = try await session.make("Contact", ["LastName": "boss"])
        _ = try await session.update(
            Batch("Contact", ["Id": .id(boss), "ReportsToId": .id(contact)]), onFailure: .rollbackAll
        )
        let ticket = try await session.make(
            "Case", ["Subject": "broken", "ContactId": .id(contact), "AccountId": .id(account)]
        )
        try await session.make("CaseComment", ["ParentId": .id(ticket), "CommentBody": "first"])
        try await session.make("Task", ["Subject": "call", "WhoId": .id(contact), "WhatId": .id(ticket)])
        return (account, contact, ticket)
    }

    @Test func `undelete restores exactly what a deletion took and emptied`() async throws {
        try await Writing.withSession { session, _ in
            let company = try await company(session)
            let before = try await image(session)
            let deleted = try await session.delete([company.account], onFailure: .rollbackAll)
            #expect(deleted[0].id == company.account)
            #expect(try await session.rowCount("SELECT Id FROM Account") == 0)
            #expect(try await session.rowCount("SELECT Id FROM Account", deleted: .with) == 1)
            _ = try await session.undelete([company.account], onFailure: .rollbackAll)
            #expect(try await image(session) == before)
            #expect(try await session.search("broken", in: nil, limit: 5).map(\.id) == [company.ticket])
        }
    }

    @Test func `what is in the bin is not found, and a child of it cannot come back alone`() async throws {
        try await Writing.withSession { session, _ in
            let company = try await company(session)
            let comment = try await session.query("SELECT Id FROM CaseComment")[0]["Id"].id
            _ = try await session.delete([company.ticket], onFailure: .rollbackAll)
            #expect(try await session.rowCount("SELECT Id FROM CaseComment") == 0)
            #expect(try await session.search("broken", in: nil, limit: 5).isEmpty)
            let again = try await session.delete([company.ticket], onFailure: .keepGoing)
            #expect(again[0].errors.map(\.code) == [.entityIsDeleted])
            let child = try await session.undelete([try #require(comment)], onFailure: .keepGoing)
            #expect(child[0].errors.map(\.code) == [.invalidOperation])
            _ = try await session.undelete([company.ticket], onFailure: .rollbackAll)
            #expect(try await session.rowCount("SELECT Id FROM CaseComment") == 1)
        }
    }

    @Test func `purged records are gone with their history`() async throws {
        try await Writing.withSession { session, engine in
            let company = try await company(session)
            _ = try await session.update(
                Batch("Case", ["Id": .id(company.ticket), "Subject": "mended"]), onFailure: .rollbackAll
            )
            #expect(try await session.history(of: company.ticket).map(\.field) == ["Subject"])
            let purged = try await session.purge([company.ticket], onFailure: .rollbackAll)
            #expect(!purged[0].isRefused)
            #expect(try await session.rowCount("SELECT Id FROM Case", deleted: .with) == 0)
            #expect(try await session.rowCount("SELECT Id FROM CaseComment", deleted: .with) == 0)
            #expect(try await session.history(of: company.ticket).isEmpty)
            // An activity goes with what it is about.
            #expect(try await session.rowCount("SELECT Id FROM Task", deleted: .with) == 0)
            #expect(try await engine.checkChanges().damage == nil)
        }
    }

    @Test func `the bin is emptied after fifteen days`() async throws {
        let clock = TestClock()
        try await Writing.withSession(clock: clock) { session, _ in
            let first = try await session.make("Contact", ["LastName": "a"])
            _ = try await session.delete([first], onFailure: .rollbackAll)
            clock.advance(days: 10)
            let second = try await session.make("Contact", ["LastName": "b"])
            _ = try await session.delete([second], onFailure: .rollbackAll)
            clock.advance(days: 6)
            #expect(try await session.purgeExpired() == 1)
            #expect(try await session.query("SELECT Id FROM Contact", deleted: .with).map { $0["Id"].id } == [second])
        }
    }

    @Test func `a value taken since refuses undelete`() async throws {
        try await Writing.withSession { session, _ in
            var ext = NewField(name: "Ext__c", type: .string, label: "Ext", labelJa: "外部 ID")
            ext.field.isUnique = true
            try await session.addField(ext, to: "Contact")
            let first = try await session.make("Contact", ["LastName": "a", "Ext__c": "P1"])
            _ = try await session.delete([first], onFailure: .rollbackAll)
            try await session.make("Contact", ["LastName": "b", "Ext__c": "P1"])
            let outcome = try await session.undelete([first], onFailure: .keepGoing)
            #expect(outcome[0].errors.map(\.code) == [.duplicateValue])
            #expect(try await session.rowCount("SELECT Id FROM Contact") == 1)
        }
    }
}
