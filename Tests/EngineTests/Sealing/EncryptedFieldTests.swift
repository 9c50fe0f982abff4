import AzukariTesting
import Foundation
import Records
import Testing

@testable import Engine

@Suite struct `The values of an encrypted field` {
    @Test(arguments: FieldEncryption.Scheme.allCases)
    func `are what they were for whoever may read them, and nowhere in the files`(
        _ scheme: FieldEncryption.Scheme
    ) async throws {
        try await Sealed.with { sealed in
            let session = sealed.session
            // Written as a name, so that only the secret field and its history hold it.
            let before = try await session.make("Contact", ["LastName": "A", "Secret__c": "以前の秘密の言葉"])
            try await session.update(
                Batch("Contact", ["Id": .id(before), "Secret__c": "以前から秘密の言葉"]), onFailure: .rollbackAll)
            #expect(try await sealed.isAnywhere("秘密の言葉"))
            try await sealed.encrypt(scheme)
            let after = try await session.make("Contact", ["LastName": "B", "Secret__c": "後からの秘密の言葉"])
            try await session.update(
                Batch("Contact", ["Id": .id(after), "Secret__c": "後からも秘密の言葉"]), onFailure: .rollbackAll)
            #expect(try await !sealed.isAnywhere("秘密の言葉"))
            #expect(try await sealed.secret(before) == "以前から秘密の言葉")
            #expect(try await sealed.secret(after) == "後からも秘密の言葉")
            let rows = try await session.query("SELECT Secret__c FROM Contact ORDER BY LastName")
            #expect(rows.map(\.line).map { $0.contains("秘密の言葉") } == [true, true])
            #expect(
                try await session.history(of: before).map(\.old)
                    == [.text("以前の秘密の言葉")])
            #expect(try await session.history(of: after).map(\.new) == [.text("後からも秘密の言葉")])
            #expect(try await session.search("秘密の言葉", in: nil, limit: 10).count == 2)
        }
    }

    @Test func `are sealed also where the field was encrypted after they were read, and before they are written`()
        async throws
    {
        try await Sealed.with(unique: true) { sealed in
            let (engine, session) = (sealed.engine, sealed.session)
            let batch = Batch("Contact", ["LastName": "A", "Secret__c": "秘密"])
            let key = Batch("Contact", ["Secret__c": "鍵", "LastName": "B"])
            let known = try await session.make("Contact", ["LastName": "B", "Secret__c": "鍵"])
            let (columns, upsert) = try await engine.store.read { connection in
                let access = try session.access(on: connection)
                let keyed = try BatchColumns(key, for: .create, access: access, isSystem: true)
                return (
                    try BatchColumns(batch, for: .create, access: access, isSystem: true),
                    try UpsertKey("Secret__c", key, keyed)
                )
            }
            try await sealed.encrypt(.caseInsensitive)
            try await engine.store.write { connection in
                let row = WriteRow(
                    place: 0, id: RecordID(prefix: known.prefix, sequence: 999_999), old: nil, subject: nil,
                    refusals: [])
                var set = WriteSet(.create, columns, rows: [row], values: batch.rows)
                try set.checkFields(are: try session.access(on: connection).full)
                let sealed = try set.sealedCells(connection)
                let column = try #require(set.column("Secret__c"))
                #expect(sealed.value(0, column).text?.hasPrefix("\u{1}d0001") == true)
                var rows = [row]
                #expect(try upsert.find(&rows, connection) == [0: known])
            }
        }
    }

    @Test func `lie in clear again when the field is decrypted`() async throws {
        try await Sealed.with { sealed in
            let id = try await sealed.make("秘密")
            try await sealed.encrypt(.caseInsensitive)
            #expect(try await sealed.stored().allSatisfy { $0.hasPrefix("\u{1}d") })
            try await sealed.session.decrypt("Secret__c", of: "Contact")
            try await sealed.engine.settleSealing()
            #expect(try await sealed.stored() == ["秘密"])
            #expect(try await sealed.secret(id) == "秘密")
            #expect(try await sealed.session.encryptedFields().isEmpty)
            #expect(try await sealed.session.query("SELECT Id FROM Contact ORDER BY Secret__c").count == 1)
        }
    }

    @Test func `stay as they are stored when something else is changed`() async throws {
        try await Sealed.with { sealed in
            let id = try await sealed.make("秘密")
            try await sealed.encrypt(.probabilistic)
            let before = try await sealed.stored()
            try await sealed.session.update(
                Batch("Contact", ["Id": .id(id), "Secret__c": "秘密", "Clear__c": "other"]), onFailure: .rollbackAll)
            #expect(try await sealed.stored() == before)
        }
    }

    @Test func `come with a restricted person into the sealed file and back, sealed`() async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            let email = try #require(
                try await tables.session.query("SELECT Email FROM Contact WHERE Id = '\(contact)'").first)["Email"]
            try await tables.session.encrypt("Email", of: "Contact", .caseInsensitive)
            try await tables.engine.settleSealing()
            let request = tables.id("DataSubjectRequest", 1)
            _ = try await tables.session.restrict(contact, request: request)
            // The secret of the time of the restriction may be gone when it is lifted.
            try await tables.session.rotateFieldSecret()
            try await tables.engine.settleSealing()
            try await tables.session.destroyFieldSecret(1)
            _ = try await tables.session.lift(request: request)
            let lifted = try #require(
                try await tables.session.query("SELECT Email FROM Contact WHERE Id = '\(contact)'").first)["Email"]
            #expect("\(lifted as Any)" == "\(email as Any)")
            let stored = try await tables.engine.storedTexts("Contact", "Email")
            #expect(!stored.isEmpty && stored.allSatisfy { $0.hasPrefix("\u{1}d0002") })
        }
    }

    @Test func `are found when a person is traced, and erased with the person`() async throws {
        try await Sealed.with { sealed in
            try await sealed.session.encrypt("Email", of: "Contact", .caseInsensitive)
            let id = try await sealed.session.make(
                "Contact", ["LastName": "佐藤", "FirstName": "健一", "Email": "sato.kenichi@example.com"])
            let other = try await sealed.session.make(
                "Contact", ["LastName": "田中", "Description": "連絡先は sato.kenichi@example.com まで"])
            try await sealed.session.encrypt("Description", of: "Contact", .probabilistic)
            try await sealed.engine.settleSealing()
            let trace = try await sealed.session.trace(id)
            #expect(trace.places.contains { $0.record == id && $0.field == "Email" })
            #expect(trace.places.contains { $0.record == other && $0.field == "Description" })
        }
    }
}

@Suite struct `Whether a field can be encrypted` {
    @Test(arguments: [
        ("Contact", "LastName", FieldEncryption.Scheme.probabilistic), ("Contact", "Name", .deterministic),
        ("Contact", "Birthdate", .probabilistic), ("Contact", "LeadSource", .probabilistic),
        ("Contact", "Email", .probabilistic), ("Contact", "Email", .deterministic),
        ("User", "Username", .caseInsensitive),
        ("Case", "CaseNumber", .deterministic), ("Contact", "Nothing__c", .probabilistic),
        ("Contact", "AccountId", .probabilistic),
    ])
    func `depends on what it is for`(_ object: String, _ field: String, _ scheme: FieldEncryption.Scheme) async throws {
        try await Sealed.with { sealed in
            await #expect(throws: PlatformError(.invalidField, "")) {
                try await sealed.session.encrypt(field, of: object, scheme)
            }
            let encrypted = try await sealed.session.encryptedFields()
            #expect(encrypted.isEmpty)
        }
    }

    @Test func `depends on the rules that ask for it`() async throws {
        try await Sealed.with { sealed in
            let group = try await sealed.session.make("Group", ["Name": "G", "Type": "Regular"])
            try await sealed.session.make(
                "SharingRule",
                [
                    "Name": "R", "SobjectType": "Contact", "Type": "Criteria",
                    "SharedToId": .id(group), "AccessLevel": "Read",
                    "Criteria": "Secret__c = 'x'",
                ])
            await #expect(throws: PlatformError(.invalidOperation, "")) {
                try await sealed.session.encrypt("Secret__c", of: "Contact", .probabilistic)
            }
            try await sealed.session.encrypt("Secret__c", of: "Contact", .deterministic)
        }
    }

    @Test func `is an administrator's to decide`() async throws {
        try await Staff.with([:]) { staff in
            let guest = staff.east
            await #expect(throws: PlatformError(.insufficientAccess, "")) {
                try await guest.encrypt("Description", of: "Contact", .probabilistic)
            }
            await #expect(throws: PlatformError(.insufficientAccess, "")) { try await guest.fieldSecrets() }
            await #expect(throws: PlatformError(.insufficientAccess, "")) { try await guest.rotateFieldSecret() }
            await #expect(throws: PlatformError(.insufficientAccess, "")) { try await guest.exportFieldSecret(1) }
        }
    }
}
