import AzukariTesting
import Engine
import Records
import Testing

struct SharingTests {
    // MARK: What may not be seen is not there

    @Test func `a record that is not shared is not there, by no road through the door`() async throws {
        try await Staff.with(["Case": .private]) { staff in
            let hidden = try await staff.west.make("Case", ["Subject": "箱根の予約", "Origin": "Phone"])
            try await staff.west.update(
                Batch("Case", ["Id": .id(hidden), "Origin": "Web"]), onFailure: .rollbackAll)
            let own = try await staff.east.make("Case", ["Subject": "箱根の朝食", "Origin": "Web"])
            let comment = try await staff.west.make("CaseComment", ["ParentId": .id(hidden), "CommentBody": "x"])
            let east = staff.east
            #expect(try await east.query("SELECT Id FROM Case").compactMap(\.id) == [own])
            #expect(try await east.count("SELECT COUNT() FROM Case") == 1)
            #expect(try await east.query("SELECT COUNT(Id) n FROM Case")[0]["n"] == .integer(1))
            #expect(try await east.query("SELECT Origin, COUNT(Id) n FROM Case GROUP BY Origin").count == 1)
            #expect(try await east.query("SELECT Id FROM Case WHERE Subject LIKE '%予約'").isEmpty)
            #expect(try await east.query("SELECT Id FROM CaseComment").isEmpty)
            #expect(try await east.query("SELECT Id FROM Case", deleted: .with).count == 1)
            #expect(try await east.retrieve("Case", [hidden, own], fields: nil).map { $0 == nil } == [true, false])
            #expect(try await east.find("CaseComment", "Id", equals: .id(comment), fields: nil).isEmpty)
            #expect(try await east.search("箱根", in: ["Case"], limit: 10).map(\.id) == [own])
            #expect(try await east.history(of: hidden).isEmpty)
            #expect(try await east.level(of: hidden) == nil)
            let changes = try await east.changes(after: .start, objects: ["Case", "CaseComment"], limit: 100).changes
            #expect(Set(changes.map(\.record)) == [own])
            let page = try await east.page("SELECT Id FROM Case", size: 10)
            #expect(page.totalSize == 1 && page.records.count == 1)
            // And those who may see it do.
            #expect(try await staff.head.query("SELECT Id, (SELECT Id FROM CaseComments) FROM Case").count == 2)
            #expect(
                try await staff.west.query("SELECT Parent.Subject FROM CaseComment")[0]["Parent.Subject"] == "箱根の予約")
        }
    }

    @Test func `a parent that may not be seen lends nothing to its children`() async throws {
        try await Staff.with(["Account": .private]) { staff in
            let account = try await staff.west.make("Account", ["Name": "Nordlicht"])
            let contact = try await staff.west.make("Contact", ["LastName": "Blue", "AccountId": .id(account)])
            let east = staff.east
            let row = try #require(
                try await east.query("SELECT Account.Name, Account.Owner.LastName FROM Contact").first)
            #expect(row["Account.Name"].isNull && row["Account.Owner.LastName"].isNull)
            #expect(try await east.query("SELECT Id FROM Contact WHERE Account.Name = 'Nordlicht'").isEmpty)
            #expect(try await east.query("SELECT Id FROM Contact ORDER BY Account.Name").count == 1)
            #expect(
                try await east.query("SELECT Account.Name, COUNT(Id) n FROM Contact GROUP BY Account.Name")[0][
                    "Account.Name"
                ].isNull)
            #expect(
                try await east.query("SELECT Id FROM Contact WHERE AccountId IN (SELECT Id FROM Account)").isEmpty)
            let task = try await staff.west.make(
                "Task", ["Subject": "Call", "WhoId": .id(contact), "OwnerId": .id(east.user)])
            try await staff.west.update(
                Batch("Task", ["Id": .id(task), "WhatId": .id(account)]), onFailure: .rollbackAll)
            // The task is theirs, and what it is about is not.
            #expect(try await east.query("SELECT What.Name FROM Task")[0]["What.Name"].isNull)
            #expect(
                try await east.query("SELECT TYPEOF What WHEN Account THEN Name END FROM Task").count == 1)
        }
    }

    @Test func `what may not be seen cannot be written to, and looks absent`() async throws {
        try await Staff.with(["Case": .private, "Account": .private]) { staff in
            let (account, hidden) = (
                try await staff.west.make("Account", ["Name": "A"]), try await staff.west.make("Case", ["Subject": "x"])
            )
            let absent = RecordID(prefix: hidden.prefix, sequence: 999_999)
            let east = staff.east
            for id in [hidden, absent] {
                let update = try await east.update(
                    Batch("Case", ["Id": .id(id), "Subject": "y"]), onFailure: .keepGoing)
                #expect(update[0].errors.map(\.code) == [.notFound])
                let upsert = try await east.upsert(
                    Batch("Case", ["Id": .id(id), "Subject": "y"]), by: "Id", onFailure: .keepGoing)
                #expect(upsert[0].errors.map(\.code) == [.notFound])
                let comment = try await east.refusals("CaseComment", ["ParentId": .id(id), "CommentBody": "x"])
                #expect(comment.map(\.code) == [.invalidCrossReferenceKey])
            }
            let contact = try await east.refusals("Contact", ["LastName": "B", "AccountId": .id(account)])
            #expect(contact.map(\.code) == [.invalidCrossReferenceKey])
            _ = try await staff.admin.delete([hidden], onFailure: .rollbackAll)
            let update = try await east.update(
                Batch("Case", ["Id": .id(hidden), "Subject": "y"]), onFailure: .keepGoing)
            #expect(update[0].errors.map(\.code) == [.notFound])
            #expect(try await east.query("SELECT Id FROM Case", deleted: .with).isEmpty)
            #expect(try await staff.admin.query("SELECT Subject FROM Case", deleted: .with)[0]["Subject"] == "x")
        }
    }

    @Test func `what may only be read is not changed, deleted, given away or shared`() async throws {
        try await Staff.with(["Case": .read]) { staff in
            let row = try await staff.west.make("Case", ["Subject": "x"])
            let east = staff.east
            #expect(try await east.level(of: row) == .read)
            #expect(try await staff.head.level(of: row) == .all)
            let update = try await east.update(Batch("Case", ["Id": .id(row), "Subject": "y"]), onFailure: .keepGoing)
            #expect(update[0].errors.map(\.code) == [.insufficientAccessOrReadonly])
            let comment = try await east.refusals("CaseComment", ["ParentId": .id(row), "CommentBody": "x"])
            #expect(comment.map(\.code) == [.insufficientAccessOnCrossReferenceEntity])
            let share = try await east.refusals(
                "CaseShare", ["CaseId": .id(row), "UserOrGroupId": .id(east.user), "CaseAccessLevel": "Edit"])
            #expect(share.map(\.code) == [.insufficientAccessOnCrossReferenceEntity])
            // Its owner shares it; then it is changed, and still not given away.
            try await staff.west.make(
                "CaseShare", ["CaseId": .id(row), "UserOrGroupId": .id(east.user), "CaseAccessLevel": "Edit"])
            #expect(try await east.level(of: row) == .edit)
            _ = try await east.update(Batch("Case", ["Id": .id(row), "Subject": "y"]), onFailure: .rollbackAll)
            let give = try await east.update(
                Batch("Case", ["Id": .id(row), "OwnerId": .id(east.user)]), onFailure: .keepGoing)
            #expect(give[0].errors.map(\.code) == [.insufficientAccessOrReadonly])
            #expect(give[0].errors.first?.fields == ["OwnerId"])
            #expect(try await staff.west.query("SELECT Subject FROM Case")[0]["Subject"] == "y")
        }
    }

    // MARK: What opens a record

    @Test func `a rule, a share, a queue and a role's groups open records at once, and close them again`() async throws
    {
        try await Staff.with(["Case": .private]) { staff in
            let row = try await staff.west.make("Case", ["Subject": "x", "Priority": "High"])
            let east = staff.east
            func sees() async throws -> Bool { try await east.query("SELECT Id FROM Case").count == 1 }
            let from = try await staff.group("Role", of: staff.roles.west)
            let to = try await staff.group("Role", of: staff.roles.east)
            let rule = try await staff.admin.make(
                "SharingRule",
                [
                    "Name": "West to East", "SobjectType": "Case", "Type": "Owner", "SharedFromId": .id(from),
                    "SharedToId": .id(to),
                ])
            #expect(try await sees())
            #expect(try await staff.east.level(of: row) == .read)
            _ = try await staff.admin.update(
                Batch("SharingRule", ["Id": .id(rule), "IsActive": false]), onFailure: .rollbackAll)
            #expect(try await !sees())
            _ = try await staff.admin.update(
                Batch(
                    "SharingRule",
                    [
                        "Id": .id(rule), "IsActive": true, "Type": "Criteria", "Criteria": "Priority = 'High'",
                        "AccessLevel": "Edit",
                    ]), onFailure: .rollbackAll)
            #expect(try await sees())
            #expect(try await staff.east.level(of: row) == .edit)
            _ = try await staff.west.update(
                Batch("Case", ["Id": .id(row), "Priority": "Low"]), onFailure: .rollbackAll)
            #expect(try await !sees())
            let queue = try await staff.admin.make("Group", ["Name": "Front desk", "Type": "Queue"])
            let member = try await staff.admin.make(
                "GroupMember", ["GroupId": .id(queue), "UserOrGroupId": .id(east.user)])
            _ = try await staff.west.update(
                Batch("Case", ["Id": .id(row), "OwnerId": .id(queue)]), onFailure: .rollbackAll)
            #expect(try await sees())
            #expect(try await staff.east.level(of: row) == .all)
            #expect(try await staff.head.query("SELECT Id FROM Case").count == 1)
            #expect(try await staff.west.query("SELECT Id FROM Case").isEmpty)
            _ = try await staff.admin.delete([member], onFailure: .rollbackAll)
            #expect(try await !sees())
            // A role that is moved takes its records along.
            let other = try await staff.admin.make("UserRole", ["Name": "Other"])
            _ = try await staff.admin.update(
                Batch("Case", ["Id": .id(row), "OwnerId": .id(east.user)]), onFailure: .rollbackAll)
            #expect(try await staff.head.query("SELECT Id FROM Case").count == 1)
            _ = try await staff.admin.update(
                Batch("UserRole", ["Id": .id(staff.roles.east), "ParentRoleId": .id(other)]), onFailure: .rollbackAll)
            #expect(try await staff.head.query("SELECT Id FROM Case").isEmpty)
        }
    }

    @Test func `a restriction closes what everybody could see`() async throws {
        try await Staff.with([:]) { staff in
            try await staff.west.make("Contact", ["LastName": "Red", "Department": "VIP"])
            try await staff.west.make("Contact", ["LastName": "Blue", "Department": "House"])
            let everybody = try #require(
                try await staff.admin.query("SELECT Id FROM Group WHERE Type = 'Organization'").first?.id)
            try await staff.admin.make(
                "SharingRule",
                [
                    "Name": "No VIP", "SobjectType": "Contact", "Type": "Restriction", "SharedToId": .id(everybody),
                    "Criteria": "Department <> 'VIP'",
                ])
            #expect(try await staff.west.query("SELECT LastName FROM Contact").map { $0["LastName"] } == ["Blue"])
            #expect(try await staff.west.search("Red", in: nil, limit: 5).isEmpty)
            #expect(try await staff.admin.query("SELECT Id FROM Contact").count == 2)
        }
    }

    @Test func `an attachment is as visible as what it is attached to`() async throws {
        try await Staff.with(["Case": .private]) { staff in
            let row = try await staff.west.make("Case", ["Subject": "x"])
            try await staff.admin.make("Attachment", ["ParentId": .id(row), "Name": "n", "Body": "aGFsbG8="])
            let set = try await staff.admin.make("PermissionSet", ["Name": "Files", "Label": "Files"])
            try await staff.admin.make(
                "ObjectPermissions", ["ParentId": .id(set), "SobjectType": "Attachment", "PermissionsRead": true])
            for (session, count) in [(staff.head, 1), (staff.west, 1), (staff.east, 0)] {
                try await staff.admin.make(
                    "PermissionSetAssignment", ["AssigneeId": .id(session.user), "PermissionSetId": .id(set)])
                #expect(try await session.count("SELECT COUNT() FROM Attachment") == count)
                #expect(try await session.query("SELECT Id FROM Attachment").count == count)
            }
        }
    }

    @Test func `a custom object is shared as others are`() async throws {
        try await Writing.withSession { session, engine in
            try await session.addObject(
                NewObject(
                    name: "Room__c", label: "Room", labelPlural: "Rooms", labelJa: "部屋", naming: .text,
                    isSearchable: true))
            try await session.setSharing(.private, of: "Room__c")
            #expect(try await session.schema().object("Room__Share") != nil)
            // Once more, and back, with the shares kept.
            try await session.setSharing(.readWrite, of: "Room__c")
            try await session.setSharing(.private, of: "Room__c")
            let user = try await Staff.addUser("agent", session)
            let set = try await session.make("PermissionSet", ["Name": "Rooms", "Label": "Rooms"])
            try await session.make(
                "ObjectPermissions",
                [
                    "ParentId": .id(set), "SobjectType": "Room__c", "PermissionsRead": true, "PermissionsEdit": true,
                    "PermissionsCreate": true,
                ])
            try await session.make("PermissionSetAssignment", ["AssigneeId": .id(user), "PermissionSetId": .id(set)])
            let agent = try await engine.session(for: user, application: "tests", purpose: "customerService")
            let room = try await session.make("Room__c", ["Name": "301"])
            #expect(try await agent.query("SELECT Id FROM Room__c").isEmpty)
            let share = try await session.make(
                "Room__Share", ["ParentId": .id(room), "UserOrGroupId": .id(user), "AccessLevel": "Read"])
            #expect(try await agent.query("SELECT Id, (SELECT AccessLevel FROM Shares) FROM Room__c").count == 1)
            #expect(try await agent.query("SELECT Parent.Name FROM Room__Share")[0]["Parent.Name"] == "301")
            _ = try await session.delete([share], onFailure: .rollbackAll)
            #expect(try await agent.search("301", in: ["Room__c"], limit: 5).isEmpty)
        }
    }

    @Test func `pages that were begun show no row that is closed meanwhile`() async throws {
        try await Staff.with(["Case": .private]) { staff in
            let rows = try await staff.west.create(
                Batch("Case", fields: ["Subject"], rows: (0..<5).map { [.text("c\($0)")] }), onFailure: .rollbackAll)
            let first = try await staff.head.page("SELECT Id FROM Case ORDER BY Subject", size: 2)
            #expect(first.totalSize == 5)
            _ = try await staff.admin.update(
                Batch("User", ["Id": .id(staff.head.user), "UserRoleId": .id(staff.roles.east)]),
                onFailure: .rollbackAll)
            let locator = try #require(first.locator)
            #expect(try await staff.head.page(at: locator, size: nil).records.isEmpty)
            #expect(rows.count == 5)
        }
    }

    @Test func `changes of what may not be seen are not told`() async throws {
        try await Staff.with(["Account": .private, "Contact": .private]) { staff in
            let account = try await staff.west.make("Account", ["Name": "A"])
            try await staff.west.make("Contact", ["LastName": "B", "AccountId": .id(account)])
            let own = try await staff.east.make("Account", ["Name": "C"])
            let gone = try await staff.west.make("Contact", ["LastName": "D"])
            _ = try await staff.admin.delete([gone], onFailure: .rollbackAll)
            let all = try await staff.east.changes(after: .start, limit: 2000).changes
            #expect(all.filter { $0.object == "Account" }.map(\.record) == [own])
            let told = try await staff.east.changes(after: .start, objects: ["Account", "Contact"], limit: 100).changes
            #expect(told.map(\.record) == [own])
            // Of what is gone for good nobody knows any more whose it was.
            _ = try await staff.admin.purge([gone], onFailure: .rollbackAll)
            let later = try await staff.east.changes(after: .start, objects: ["Contact"], limit: 100).changes
            #expect(later.allSatisfy { $0.record == gone && $0.kind == .delete })
        }
    }

    // MARK: Duplicates, merges, conversions

    @Test func `a merge and a conversion need what they change`() async throws {
        try await Staff.with(["Lead": .private, "Account": .read]) { staff in
            let lead = try await staff.west.make("Lead", ["LastName": "L", "Company": "K"])
            let account = try await staff.west.make("Account", ["Name": "K"])
            await #expect(throws: PlatformError(.notFound, "")) {
                _ = try await staff.east.convert(LeadConversion(lead: lead, convertedStatus: "Closed - Converted"))
            }
            let own = try await staff.east.make("Account", ["Name": "K2"])
            await #expect(throws: PlatformError(.insufficientAccessOrReadonly, "")) {
                _ = try await staff.east.merge(Batch("Account", ["Id": .id(own)]), with: [account])
            }
            #expect(try await staff.admin.query("SELECT Id FROM Account").count == 2)
        }
    }

    // MARK: Rules that make no sense

    @Test(arguments: [
        (["SobjectType": "CaseComment", "Type": "Criteria", "Criteria": "Id != null"], "INVALID_TYPE", "SobjectType"),
        (["SobjectType": "case", "Type": "Criteria", "Criteria": "Id != null"], "INVALID_TYPE", "SobjectType"),
        (["SobjectType": "Case", "Type": "Owner"], "REQUIRED_FIELD_MISSING", "SharedFromId"),
        (["SobjectType": "Case", "Type": "Criteria"], "REQUIRED_FIELD_MISSING", "Criteria"),
        (["SobjectType": "Case", "Type": "Criteria", "Criteria": "Priority ="], "MALFORMED_QUERY", "Criteria"),
        (["SobjectType": "Case", "Type": "Criteria", "Criteria": "None__c = 1"], "INVALID_FIELD", "Criteria"),
        (["SobjectType": "Case", "Type": "Criteria", "Criteria": "Account.Name = 'x'"], "INVALID_FIELD", "Criteria"),
        (["SobjectType": "Case", "Type": "Criteria", "Criteria": "CreatedDate = TODAY"], "INVALID_FIELD", "Criteria"),
        (
            ["SobjectType": "Case", "Type": "Restriction", "Criteria": "Id != null) OR (Id = null"], "MALFORMED_QUERY",
            "Criteria"
        ),
        (["SobjectType": "Case", "Type": "Criteria", "Criteria": "Id != null LIMIT 1"], "INVALID_FIELD", "Criteria"),
    ])
    func `a rule that could not be followed is refused`(values: [String: String], code: String, field: String)
        async throws
    {
        try await Writing.withSession { session, _ in
            let group = try #require(try await session.query("SELECT Id FROM Group").first?.id)
            let names = values.keys.sorted()
            let batch = Batch(
                "SharingRule", fields: ["Name", "SharedToId"] + names,
                rows: [["Rule", .id(group)] + names.map { .text(values[$0] ?? "") }])
            let errors = try await session.create(batch, onFailure: .keepGoing)[0].errors
            #expect(errors.map(\.code.name) == [code] && errors.first?.fields == [field])
        }
    }

    @Test func `defaults that an object cannot have, and circles of roles, are refused`() async throws {
        try await Staff.with([:]) { staff in
            await #expect(throws: PlatformError(.invalidOperation, "")) {
                try await staff.admin.setSharing(.private, of: "CaseComment")
            }
            await #expect(throws: PlatformError(.invalidOperation, "")) {
                try await staff.admin.setSharing(.controlledByParent, of: "Case")
            }
            await #expect(throws: PlatformError(.invalidType, "")) {
                try await staff.admin.setSharing(.private, of: "UserCredential")
            }
            await #expect(throws: PlatformError(.insufficientAccess, "")) {
                try await staff.east.setSharing(.private, of: "Case")
            }
            let circle = try await staff.admin.update(
                Batch("UserRole", ["Id": .id(staff.roles.head), "ParentRoleId": .id(staff.roles.east)]),
                onFailure: .keepGoing)
            #expect(circle[0].errors.map(\.code) == [.circularDependency])
        }
    }
}
