import AzukariTesting
import Engine
import Records
import Testing

struct PermissionSetTests {
    private func set(_ session: Session, _ name: String = "Extra") async throws -> RecordID {
        try await session.make("PermissionSet", ["Name": .text(name), "Label": .text(name)])
    }

    @Test func `a permission set opens objects and fields to whom it is assigned, from the next statement on`()
        async throws
    {
        try await Staff.with([:]) { staff in
            let set = try await set(staff.admin)
            try await staff.admin.make(
                "ObjectPermissions",
                ["ParentId": .id(set), "SobjectType": "Opportunity", "PermissionsRead": true])
            let birthdate = try await staff.admin.make(
                "FieldPermissions",
                [
                    "ParentId": .id(set), "SobjectType": "Contact", "Field": "Contact.Birthdate",
                    "PermissionsRead": true,
                ])
            await #expect(throws: PlatformError(.invalidType, "")) {
                _ = try await staff.east.query("SELECT Id FROM Opportunity")
            }
            let assignment = try await staff.admin.make(
                "PermissionSetAssignment", ["AssigneeId": .id(staff.east.user), "PermissionSetId": .id(set)])
            #expect(try await staff.east.query("SELECT Id FROM Opportunity").isEmpty)
            #expect(try await staff.east.query("SELECT Birthdate FROM Contact").isEmpty)
            let field = try await staff.east.schema().object("Contact")?.field("Birthdate")
            #expect(field?.isUpdateable == false)
            await #expect(throws: PlatformError(.invalidType, "")) {
                _ = try await staff.west.query("SELECT Id FROM Opportunity")
            }
            _ = try await staff.admin.update(
                Batch("FieldPermissions", ["Id": .id(birthdate), "PermissionsEdit": true]), onFailure: .rollbackAll)
            #expect(try await staff.east.schema().object("Contact")?.field("Birthdate")?.isUpdateable == true)
            _ = try await staff.admin.delete([assignment], onFailure: .rollbackAll)
            await #expect(throws: PlatformError(.invalidType, "")) {
                _ = try await staff.east.query("SELECT Id FROM Opportunity")
            }
        }
    }

    @Test func `a group of sets and a day on which an assignment ends`() async throws {
        let clock = TestClock()
        try await Staff.with([:], clock: clock) { staff in
            let set = try await set(staff.admin)
            try await staff.admin.make(
                "ObjectPermissions", ["ParentId": .id(set), "SobjectType": "Opportunity", "PermissionsRead": true])
            let group = try await staff.admin.make(
                "PermissionSetGroup", ["DeveloperName": "Sales", "MasterLabel": "Sales"])
            try await staff.admin.make(
                "PermissionSetGroupComponent", ["PermissionSetGroupId": .id(group), "PermissionSetId": .id(set)])
            try await staff.admin.make(
                "PermissionSetAssignment",
                [
                    "AssigneeId": .id(staff.east.user), "PermissionSetGroupId": .id(group),
                    "ExpirationDate": .datetime(clock.now.adding(seconds: 3600)),
                ])
            #expect(try await staff.east.query("SELECT Id FROM Opportunity").isEmpty)
            clock.advance(seconds: 3601)
            await #expect(throws: PlatformError(.invalidType, "")) {
                _ = try await staff.east.query("SELECT Id FROM Opportunity")
            }
        }
    }

    @Test func `view all and modify all reach past the sharing of an object, and all data past that of every object`()
        async throws
    {
        try await Staff.with(["Case": .private, "Account": .private]) { staff in
            let row = try await staff.west.make("Case", ["Subject": "x"])
            let account = try await staff.west.make("Account", ["Name": "A"])
            let set = try await set(staff.admin)
            let permissions = try await staff.admin.make(
                "ObjectPermissions",
                [
                    "ParentId": .id(set), "SobjectType": "Case", "PermissionsRead": true,
                    "PermissionsViewAllRecords": true,
                ])
            try await staff.admin.make(
                "PermissionSetAssignment", ["AssigneeId": .id(staff.east.user), "PermissionSetId": .id(set)])
            #expect(try await staff.east.level(of: row) == .read)
            #expect(try await staff.east.level(of: account) == nil)
            _ = try await staff.admin.update(
                Batch(
                    "ObjectPermissions",
                    [
                        "Id": .id(permissions), "PermissionsEdit": true, "PermissionsDelete": true,
                        "PermissionsModifyAllRecords": true,
                    ]), onFailure: .rollbackAll)
            #expect(try await staff.east.level(of: row) == .all)
            #expect(try await staff.east.delete([row], onFailure: .keepGoing)[0].errors.isEmpty)
            _ = try await staff.admin.update(
                Batch("PermissionSet", ["Id": .id(set), "PermissionsViewAllData": true]), onFailure: .rollbackAll)
            #expect(try await staff.east.level(of: account) == .read)
        }
    }

    @Test func `permissions that depend on others come with them`() async throws {
        try await Staff.with([:]) { staff in
            let set = try await set(staff.admin)
            func refusal(_ object: String, _ values: KeyValuePairs<String, Value>) async throws -> [String] {
                try await staff.admin.refusals(object, values).map(\.code.name)
            }
            #expect(
                try await refusal(
                    "ObjectPermissions", ["ParentId": .id(set), "SobjectType": "Case", "PermissionsEdit": true])
                    == ["FIELD_INTEGRITY_EXCEPTION"])
            #expect(
                try await refusal(
                    "ObjectPermissions",
                    ["ParentId": .id(set), "SobjectType": "UserCredential", "PermissionsRead": true])
                    == ["INVALID_TYPE"])
            #expect(
                try await refusal(
                    "FieldPermissions",
                    ["ParentId": .id(set), "SobjectType": "Case", "Field": "Contact.Email", "PermissionsRead": true])
                    == ["INVALID_FIELD"])
            try await staff.admin.make(
                "ObjectPermissions", ["ParentId": .id(set), "SobjectType": "Case", "PermissionsRead": true])
            #expect(
                try await refusal(
                    "ObjectPermissions", ["ParentId": .id(set), "SobjectType": "Case", "PermissionsRead": true])
                    == ["DUPLICATE_VALUE"])
            let own = try #require(
                try await staff.admin.query("SELECT Id FROM PermissionSet WHERE IsOwnedByProfile = true").first?.id)
            #expect(
                try await refusal(
                    "PermissionSetAssignment", ["AssigneeId": .id(staff.east.user), "PermissionSetId": .id(own)])
                    == ["FIELD_INTEGRITY_EXCEPTION"])
            #expect(try await staff.admin.delete([own], onFailure: .keepGoing)[0].errors.map(\.code) == [.deleteFailed])
            // Nobody gives permissions but administrators.
            await #expect(throws: PlatformError(.invalidType, "")) {
                _ = try await staff.east.create(
                    Batch("ObjectPermissions", ["ParentId": .id(set), "SobjectType": "Lead"]), onFailure: .keepGoing)
            }
        }
    }

    @Test func `the last administrator stays`() async throws {
        try await Staff.with([:]) { staff in
            let id = try await Staff.addUser("root", profile: "System Administrator", staff.admin)
            let root = try await staff.engine.session(for: id, application: "tests", purpose: "administration")
            let standard = try await staff.admin.query("SELECT Id FROM Profile WHERE Name = 'Standard User'")[0]["Id"]
            for change: (String, Value) in [("IsActive", false), ("ProfileId", standard)] {
                let batch = Batch("User", fields: ["Id", change.0], rows: [[.id(id), change.1]])
                let refused = try await root.update(batch, onFailure: .keepGoing)[0].errors
                #expect(refused.map(\.code) == [.invalidOperation])
            }
            let profile = try await staff.admin.query("SELECT Id FROM Profile WHERE Name = 'System Administrator'")[0]
            let weak = Batch("Profile", ["Id": profile["Id"], "PermissionsModifyAllData": false])
            #expect(try await root.update(weak, onFailure: .keepGoing)[0].errors.map(\.code) == [.invalidOperation])
            let other = try await Staff.addUser("second", profile: "System Administrator", staff.admin)
            let gone = try await root.update(
                Batch("User", ["Id": .id(id), "IsActive": false]), onFailure: .keepGoing)
            #expect(gone[0].errors.isEmpty && other != id, "\(gone[0].errors.map(\.message))")
        }
    }
}
