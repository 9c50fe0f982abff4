import AzukariTesting
import Foundation
import Records
import Store
import Testing

@testable import Engine

struct OrganisationTests {
    @Test func `an organisation is made, closed and opened again`() async throws {
        let clock = TestClock()
        try await withOrganisation(named: "預かり", clock: clock) { engine, folder in
            await engine.close()
            let again = try await Engine.open(folder: folder, environment: clock.environment)
            #expect(again.organisation.id == engine.organisation.id)
            #expect(again.organisation.name == "預かり")
            await again.close()
        }
    }

    @Test func `an organisation of an older version gets the objects and fields that it lacks, and keeps its records`()
        async throws
    {
        let clock = TestClock()
        try await withOrganisation(clock: clock) { engine, folder in
            let session = engine.systemSession(as: .operator, reason: "test")
            let id = try await session.make("Contact", ["LastName": "Sato"])
            try await engine.store.write { connection in
                try connection.execute("DROP TABLE \"DuplicateRecordItem\"")
                try connection.execute("ALTER TABLE \"Contact\" DROP COLUMN \"Department\"")
                try connection.execute("UPDATE az_catalogue SET checksum = 0")
            }
            await engine.close()
            let again = try await Engine.open(folder: folder, environment: clock.environment)
            let later = again.systemSession(as: .operator, reason: "test")
            let row = try await later.record("Contact", id, ["LastName", "Department"])
            #expect(row["LastName"] == "Sato" && row["Department"].isNull)
            let change = Batch("Contact", fields: ["Id", "Department"], rows: [[.id(id), "d"]])
            #expect(try await later.update(change, onFailure: .rollbackAll)[0].errors.isEmpty)
            #expect(try await later.rowCount("SELECT Id FROM DuplicateRecordItem") == 0)
            await again.close()
        }
    }

    @Test(.enabled(if: TestDatabase.isFile))
    func `a folder whose records are in a file is open once at a time`() async throws {
        let clock = TestClock()
        try await withOrganisation(clock: clock) { _, folder in
            await #expect(throws: PlatformError(.unableToLockRow, "")) {
                try await Engine.open(folder: folder, environment: clock.environment)
            }
        }
    }

    @Test func `a second organisation in the same folder is refused`() async throws {
        try await withOrganisation { _, folder in
            await #expect(throws: PlatformError(.invalidOperation, "")) {
                try await Engine.create(
                    folder: folder,
                    organisation: NewOrganisation(name: "Other", defaultLanguage: "en", timeZone: "Asia/Tokyo"),
                    environment: TestClock().environment
                )
            }
        }
    }

    @Test func `a folder without an organisation is not opened`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        await #expect(throws: PlatformError(.notFound, "")) {
            try await Engine.open(folder: folder, environment: TestClock().environment)
        }
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test func `only the owner may read the files`() async throws {
        try await withOrganisation { _, folder in
            let database = TestDatabase.isFile ? ["azukari.sqlite"] : []
            for part in ["azukari.json", "azukari.lock", "keys/master.key", "keys/keys.sqlite"] + database {
                let mode =
                    try FileManager.default.attributesOfItem(atPath: folder + "/" + part)[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(part)")
            }
            let mode = try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? Int
            #expect(mode == 0o700)
        }
    }

    @Test func `the system's users and unknown users have no session of a person`() async throws {
        try await withOrganisation { engine, _ in
            for user in [SystemUser.operator.id, RecordID(rawValue: 5)] {
                await #expect(throws: PlatformError(.invalidLogin, "")) {
                    try await engine.session(for: user, application: "test", purpose: "customerService")
                }
            }
        }
    }
}
