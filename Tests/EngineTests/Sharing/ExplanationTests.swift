import AzukariTesting
import Engine
import Records
import Testing

struct ExplanationTests {
    @Test func `each way to a record is told, for each who may see it`() async throws {
        try await Staff.with(["Case": .private, "Account": .private, "Individual": .private, "Contact": .private]) {
            staff in
            let individual = try await staff.admin.make("Individual", ["LastName": "山本"])
            let account = try await staff.west.make("Account", ["Name": "Nordlicht"])
            let contact = try await staff.admin.make(
                "Contact",
                [
                    "LastName": "山本", "AccountId": .id(account), "IndividualId": .id(individual),
                    "OwnerId": .id(staff.west.user),
                ])
            let row = try await staff.west.make(
                "Case", ["Subject": "x", "Priority": "High", "AccountId": .id(account), "ContactId": .id(contact)])
            let comment = try await staff.west.make("CaseComment", ["ParentId": .id(row), "CommentBody": "x"])
            func reasons(_ record: RecordID, _ user: Session) async throws -> [AccessReason] {
                let (told, total) = try await staff.admin.accesses(toRecord: record, limit: 50)
                #expect(total == told.count)
                return told.first { $0.user == user.user }?.reasons ?? []
            }
            #expect(try await reasons(row, staff.west) == [.owner])
            #expect(try await reasons(row, staff.head) == [.above(owner: staff.west.user)])
            #expect(try await reasons(row, staff.east) == [])
            #expect(try await reasons(comment, staff.head) == [.parent(row)])
            #expect(try await reasons(individual, staff.west) == [.child(contact)])
            let everybody = try #require(
                try await staff.admin.query("SELECT Id FROM Group WHERE Type = 'Organization'").first?.id)
            let rule = try await staff.admin.make(
                "SharingRule",
                [
                    "Name": "Urgent", "SobjectType": "Case", "Type": "Criteria", "SharedToId": .id(everybody),
                    "Criteria": "Priority = 'High'",
                ])
            let share = try await staff.west.make(
                "CaseShare",
                [
                    "CaseId": .id(row), "UserOrGroupId": .id(staff.east.user), "CaseAccessLevel": "Edit",
                    "Reason": "Holiday",
                ])
            #expect(
                try await reasons(row, staff.east) == [
                    .rule(rule, name: "Urgent"), .share(share, with: staff.east.user, reason: "Holiday"),
                ])
            // Who sees the case reads its account.
            #expect(try await reasons(account, staff.east) == [.child(row)])
            let (told, _) = try await staff.west.accesses(toRecord: row, limit: 1)
            #expect(told.count == 1)
            await #expect(throws: PlatformError(.insufficientAccess, "")) {
                _ = try await staff.east.accesses(toRecord: row, limit: 1)
            }
            await #expect(throws: PlatformError(.notFound, "")) {
                _ = try await staff.east.accesses(toRecord: contact, limit: 1)
            }
            let sight = try await staff.admin.sight(of: staff.east.user)
            let cases = try #require(sight.first { $0.object == "Case" })
            #expect(cases.total == 1 && cases.readable == 1 && cases.editable == 1)
            let contacts = try #require(sight.first { $0.object == "Contact" })
            #expect(contacts.total == 1 && contacts.readable == 0)
            await #expect(throws: PlatformError(.insufficientAccess, "")) {
                _ = try await staff.east.sight(of: staff.east.user)
            }
        }
    }

    @Test func `a load is bound as other writes are`() async throws {
        try await Staff.with(["Case": .private]) { staff in
            let hidden = try await staff.west.make("Case", ["Subject": "x"])
            let own = try await staff.east.make("Case", ["Subject": "y"])
            var block = CellBlock(columnCount: 2)
            block.append([.id(hidden), "a"])
            block.append([.id(own), "b"])
            let rows = AsyncThrowingStream<CellBlock, any Error> { stream in
                stream.yield(block)
                stream.finish()
            }
            let count = try await staff.east.load("CaseComment", fields: ["ParentId", "CommentBody"], rows: rows) { _ in
            }
            #expect(count.created == 1 && count.refused == 1)
            #expect(try await staff.admin.query("SELECT CommentBody FROM CaseComment")[0]["CommentBody"] == "b")
        }
    }

    @Test func `a role that is deleted takes its groups along, and nobody deletes them alone`() async throws {
        try await Staff.with(["Case": .private]) { staff in
            let role = try await staff.admin.make("UserRole", ["Name": "Guests"])
            let group = try await staff.group("RoleAndSubordinates", of: role)
            #expect(
                try await staff.admin.delete([group], onFailure: .keepGoing)[0].errors.map(\.code) == [.deleteFailed])
            _ = try await staff.admin.delete([role], onFailure: .rollbackAll)
            #expect(
                try await staff.admin.query(
                    "SELECT Id FROM Group WHERE RelatedId = :role", bindings: ["role": .one(.id(role))]
                ).isEmpty)
        }
    }
}
