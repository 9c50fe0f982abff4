import Foundation
import Records
import Store
import Testing

@testable import Engine

struct AccessTests {
    @Test(arguments: [
        ("SELECT Birthdate FROM Contact", "INVALID_FIELD"),
        ("SELECT Id FROM Contact WHERE Birthdate = null", "INVALID_FIELD"),
        ("SELECT Contact.Birthdate FROM Case", "INVALID_FIELD"), ("SELECT Id FROM DataSubjectRequest", "INVALID_TYPE"),
        ("SELECT Id FROM UserCredential", "INVALID_TYPE"), ("SELECT Id FROM Opportunity", "INVALID_TYPE"),
        ("SELECT (SELECT Id FROM Opportunities) FROM Account", "INVALID_TYPE"),
        ("SELECT Id FROM Contact WHERE Id IN (SELECT ContactId FROM Opportunity)", "INVALID_TYPE"),
        ("SELECT Profile.Name FROM User", "INVALID_FIELD"),
    ])
    func `what a user may not read is not there`(soql: String, code: String) async throws {
        let fixture = try await QueryFixture()
        let agent = try await fixture.user(7, profile: FirstRows.standardUser)
        let error = await #expect(throws: PlatformError.self) { try await agent.query(soql) }
        #expect(error?.code.name == code)
    }

    @Test func `a standard user reads and works with customers, and deletes nobody`() async throws {
        let fixture = try await QueryFixture()
        try await fixture.fill()
        let agent = try await fixture.user(7, profile: FirstRows.standardUser)
        #expect(try await agent.query("SELECT LastName, Account.Name FROM Contact WHERE LastName = '鈴木'").count == 1)
        let schema = try await agent.schema()
        let contact = try #require(schema.object("Contact"))
        #expect(contact.isCreateable && contact.isUpdateable && !contact.isDeletable)
        #expect(contact.field("Birthdate") == nil && contact.field("Email")?.isUpdateable == true)
        let individual = try #require(schema.object("Individual"))
        #expect(!individual.isCreateable && individual.field("HasOptedOutSolicit")?.isUpdateable == false)
        #expect(schema.object("ErasureCertificate") == nil && schema.object("AccessSession") == nil)
        let record = try #require(
            try await agent.retrieve("Contact", [QueryFixture.id("003", 1)], fields: nil).first ?? nil)
        #expect(record[value: "Birthdate"] == nil && record["LastName"].shown == "Sato")
    }

    @Test func `a standard user records consents once, and changes nothing of requests, erasures and restrictions`()
        async throws
    {
        let fixture = try await QueryFixture()
        let agent = try await fixture.user(7, profile: FirstRows.standardUser)
        let schema = try await agent.schema()
        let event = try #require(schema.object("ConsentEvent"))
        #expect(event.isCreateable && !event.isUpdateable && !event.isDeletable)
        let consent = try #require(schema.object("ContactPointTypeConsent"))
        #expect(consent.isCreateable && consent.isUpdateable && !consent.isDeletable)
        for name in ["DataSubjectRequest", "DataSubjectRequestStep", "ErasureCertificate"] {
            #expect(schema.object(name) == nil)
        }
        for name in ["Individual", "ContactPointConsent", "PartyConsent", "AuthorizationFormConsent"] {
            #expect(schema.object(name)?.isCreateable == false && schema.object(name)?.isUpdateable == false)
        }
        let contact = QueryFixture.id("003", 1)
        await #expect(throws: PlatformError(.insufficientAccess, "")) {
            _ = try await agent.restrict(contact, request: QueryFixture.id("500", 1))
        }
        await #expect(throws: PlatformError(.insufficientAccess, "")) {
            _ = try await agent.previewErasure(of: contact, policy: .standard)
        }
    }

    @Test func `an organisation made earlier keeps its rights, and what later versions added to them`() async throws {
        let fixture = try await QueryFixture()
        let agent = try await fixture.user(7, profile: FirstRows.standardUser)
        let migrations = try Migration.all(inFolder: Engine.resources.appending(path: "migrations"))
        let migration = try #require(migrations.first { $0.name == "agents-record-consents" })
        try await fixture.engine.store.write { connection in
            // As it was: rights in tables of their own, consents seen and no more.
            for table in ["PermissionSet", "ObjectPermissions", "FieldPermissions"] {
                try connection.execute("DELETE FROM \(identifier: Identifier(table))")
            }
            let profile = Value.id(FirstRows.standardUser)
            for object in ["Contact", "ConsentEvent", "ContactPointTypeConsent"] {
                try connection.execute(
                    "INSERT INTO az_object_right (profile, object, rights) VALUES (\(profile), \(.text(object)), 1)")
            }
            try connection.execute(
                """
                INSERT INTO az_field_right (profile, object, field, rights) \
                VALUES (\(profile), 'Contact', 'Birthdate', 0)
                """)
            try connection.execute("DELETE FROM az_migration WHERE number = \(.integer(Int64(migration.number)))")
            try connection.migrate([migration])
            try PermissionRows(at: Instant(milliseconds: 0), connection).adopt()
            try LiveSchema.advance(on: connection)
        }
        let schema = try await agent.schema()
        #expect(schema.object("Contact")?.isUpdateable == false && schema.object("Case") == nil)
        #expect(schema.object("Contact")?.field("Birthdate") == nil)
        #expect(schema.object("ConsentEvent")?.isCreateable == true)
        #expect(schema.object("ConsentEvent")?.isUpdateable == false)
        #expect(schema.object("ContactPointTypeConsent")?.isUpdateable == true)
    }

    @Test func `an administrator sees everything but what is internal`() async throws {
        let fixture = try await QueryFixture()
        let administrator = try await fixture.user(7, profile: FirstRows.administrator)
        let schema = try await administrator.schema()
        #expect(schema.objects.count == 75 && schema.object("UserCredential") == nil)
        #expect(schema.object("Contact")?.field("Birthdate")?.isUpdateable == true)
        #expect(try await fixture.session.schema().objects.count == 81)
    }

    @Test func `a user without a profile may do nothing`() async throws {
        let fixture = try await QueryFixture()
        try await fixture.insert("User", 7, ["LastName": "Nobody", "IsActive": true])
        let session = try await fixture.engine.session(
            for: QueryFixture.id("005", 7), application: "test", purpose: "customerService")
        #expect(try await session.schema().objects.isEmpty)
    }

    @Test func `a change of rights or of the user is felt at the next statement`() async throws {
        let fixture = try await QueryFixture()
        try await fixture.fill()
        let agent = try await fixture.user(7, profile: FirstRows.standardUser)
        _ = try await agent.query("SELECT Subject FROM Case")
        try await fixture.engine.store.write { connection in
            try connection.execute("DELETE FROM \"ObjectPermissions\" WHERE \"SobjectType\" = 'Case'")
            try LiveSchema.advance(on: connection)
        }
        await #expect(throws: PlatformError(.invalidType, "")) { try await agent.query("SELECT Subject FROM Case") }
        try await fixture.engine.store.write { connection in
            try connection.execute("UPDATE \"User\" SET \"IsActive\" = 0 WHERE \"Id\" = \(.id(agent.user))")
        }
        await #expect(throws: PlatformError(.invalidSessionID, "")) { try await agent.query("SELECT Id FROM Contact") }
    }

    @Test func `only people's records are reported as read`() async throws {
        let fixture = try await QueryFixture()
        try await fixture.fill()
        _ = fixture.engine.reads.take(.max)
        let agent = try await fixture.user(7, profile: FirstRows.standardUser)
        _ = try await agent.query("SELECT Name, (SELECT Id FROM Contacts ORDER BY Id) FROM Account WHERE Name = 'Acme'")
        _ = try await agent.retrieve("Case", [QueryFixture.id("500", 1)], fields: ["Subject"])
        _ = try await agent.query("SELECT COUNT(Id) FROM Contact")
        let reports = fixture.engine.reads.take(.max)
        #expect(reports.map(\.kind) == [.query, .read])
        let read: [[Int64]] = reports.map { report in
            if case .ids(let ids) = report.shown { ids.map(\.sequence) } else { [] }
        }
        #expect(read == [[1, 2], [1]])
        #expect(reports.allSatisfy { $0.user == agent.user && $0.purpose == "customerService" })
    }
}
