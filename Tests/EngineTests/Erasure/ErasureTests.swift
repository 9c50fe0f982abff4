import AzukariTesting
import Foundation
import Records
import Store
import Testing
import Vault

@testable import Engine

@Suite struct `An erasure` {
    /// What may be found nowhere afterwards. The namesake keeps the name, so the name itself is not in the list.
    static let traces = ["kenichi@example.jp", "Kenichi@example.jp", "03-0000-0001", "サトウ ケンイチ", "０３−００００−０００１"]

    private func request(_ tables: PersonTables) async throws -> RecordID {
        let outcome = try await tables.session.create(
            Batch(
                "DataSubjectRequest",
                [
                    "Kind": "Erasure", "Status": "Received",
                    "SubjectRecordId": .text(tables.id("Contact", 1).description),
                ]
            ), onFailure: .rollbackAll
        )
        return try #require(outcome.first?.id)
    }

    @Test func `is previewed as a graph and changes nothing`() async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            let before = try await tables.dump()
            let plan = try await tables.session.previewErasure(of: contact, policy: .keepingStatistics)
            #expect(try await tables.dump(besides: ["az_access", "az_access_record"]).count == before.count - 2)
            #expect(
                plan.nodes.map(\.object) == [
                    "Case", "CaseComment", "Contact", "ContactPointTypeConsent", "Individual", "Account", "Case",
                ])
            #expect(plan.nodes.map(\.decision) == [.anonymise, .delete, .delete, .delete, .delete, .redact, .redact])
            #expect(plan.edges.map(\.field) == ["ParentId", "ContactId", "IndividualId", "PartyId"])
            #expect(plan.places.contains { $0.place.externalID == "C2" && $0.decision == .redact })
        }
    }

    @Test func `leaves nothing of the person, and others' texts whole but for the fragments`() async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            try "Email\nkenichi@example.jp\n".write(
                toFile: tables.folder + "/exports/contacts.csv", atomically: true, encoding: .utf8)
            let engine = tables.engine
            let othersCase = tables.id("Case", 2)
            try await engine.store.write { connection in
                try connection.execute(
                    """
                    INSERT INTO az_history (record, object, field, old, new, at, "by") VALUES (\(.id(othersCase)), 'Case', \
                    'Subject', '佐藤 健一（kenichi@example.jp）', 'x', 1, 2), (\(.id(contact)), 'Contact', 'Email', \
                    'old.kenichi@example.jp', 'y', 1, 2)
                    """
                )
            }
            engine.reads.append(
                ReadReport(.read, of: "Contact", .ids([contact]), by: tables.session, at: tables.clock.now))
            let request = try await request(tables)
            let plan = try await tables.session.previewErasure(of: contact, policy: .standard)
            let deed = try await tables.session.erase(plan, request: request)
            #expect(
                deed.state == .certified && deed.deletedCount == 5 && deed.redactedCount == 3 && deed.keysDestroyed == 1
            )
            for text in Self.traces { #expect(try await tables.places(holding: text) == [], "\(text)") }
            let rows = try await tables.dump()
            #expect(rows["Contact"]?.count == 1 && rows["Individual"]?.isEmpty == true)
            #expect(rows["az_access_record"]?.isEmpty == true)
            let record = try await tables.session.retrieve("Case", [othersCase], fields: ["Description", "Subject"])
                .first
            #expect(record??["Description"] == "佐藤 健一様よりお電話。 同居の[erased]さん（[erased]）からも。")
            #expect(record??["Subject"] == "佐藤様 お問い合わせ")
            let certificate = try await tables.session.query("SELECT Body, RequestId FROM ErasureCertificate")
            let body = try #require(certificate.first?["Body"].text)
            let key = engine.evidence.verifierKey
            let verified = try Engine.verify(certificate: Array(body.utf8), key: key)
            #expect(verified.statement.contains("\"kind\":\"erasure\"") && verified.statement.contains("\"Contact\":1"))
            let salt = try #require(body.firstRange(of: "\"salt\" : \"")).upperBound
            let altered = body.replacingCharacters(in: salt..<body.index(salt, offsetBy: 2), with: "//")
            #expect(throws: PlatformError(.invalidOperation, "")) {
                try Engine.verify(certificate: Array(altered.utf8), key: key)
            }
            await #expect(throws: PlatformError(.notFound, "")) { try await tables.session.trace(contact) }
            await #expect(throws: PlatformError(.invalidOperation, "")) {
                try await tables.session.erase(plan, request: request)
            }
        }
    }

    @Test func `keeps statistics and what the law says where the policy does`() async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            var policy = ErasurePolicy.keepingStatistics
            policy.actions["ContactPointTypeConsent"] = .keep(ground: "GDPR Art. 17(3)(e)", until: "2030-01-01")
            let plan = try await tables.session.previewErasure(of: contact, policy: policy)
            let deed = try await tables.session.erase(plan, request: try await request(tables))
            #expect(deed.anonymisedCount == 1 && deed.keptCount == 1 && deed.deletedCount == 3)
            let cases = try await tables.session.query(
                "SELECT Id, ContactId, Subject, SuppliedEmail, Ext__c FROM Case ORDER BY Id")
            #expect(cases.count == 2)
            #expect(
                cases.first?["ContactId"] == .null && cases.first?["Subject"] == .null
                    && cases.first?["Ext__c"] == .null)
            for text in Self.traces { #expect(try await tables.places(holding: text) == [], "\(text)") }
        }
    }

    @Test(arguments: [
        "noted", "records written", "recordsErased", "filesRemoved", "keysDestroyed", "scrubbed", "proven",
        "certificate written",
    ])
    func `goes on after a kill, to one certificate`(point: String) async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            let request = try await request(tables)
            let plan = try await tables.session.previewErasure(of: contact, policy: .standard)
            await #expect(throws: KillPoint.Killed.self) {
                try await KillPoint.$hook.withValue({ if $0 == point { throw KillPoint.Killed(point: $0) } }) {
                    _ = try await tables.session.erase(plan, request: request)
                }
            }
            let again = try await tables.reopened()
            let deeds = try await again.session.erasures()
            #expect(deeds.map(\.state) == [.certified])
            #expect(deeds.first?.deletedCount == 5 && deeds.first?.keysDestroyed == 1)
            for text in Self.traces { #expect(try await again.places(holding: text) == [], "\(text)") }
            #expect(try await again.session.query("SELECT Id FROM ErasureCertificate").count == 1)
            #expect(try await again.session.resumeErasures().isEmpty)
            await again.engine.close()
        }
    }

    @Test func `finds a restricted person and ends the restriction`() async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            let held = tables.id("DataSubjectRequest", 77)
            _ = try await tables.session.restrict(contact, request: held)
            let plan = try await tables.session.previewErasure(of: contact, policy: .standard)
            #expect(plan.nodes.count == 7)
            let deed = try await tables.session.erase(plan, request: try await request(tables))
            #expect(deed.deletedCount == 5 && deed.redactedCount == 3)
            #expect(try await tables.session.restrictions().map(\.state) == [.erased])
            #expect(try FileManager.default.contentsOfDirectory(atPath: tables.folder + "/vault").isEmpty)
            for text in Self.traces { #expect(try await tables.places(holding: text) == [], "\(text)") }
            await #expect(throws: PlatformError(.notFound, "")) { try await tables.session.lift(request: held) }
            await #expect(throws: PlatformError(.notFound, "")) {
                try await tables.session.restrict(contact, request: tables.id("DataSubjectRequest", 78))
            }
        }
    }

    /// Once with the loser still in the bin, once when the bin is empty.
    @Test(arguments: [false, true])
    func `takes what was merged into the person along, and its keys`(isPurged: Bool) async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            let session = tables.session
            let made = try await session.create(
                Batch("Contact", ["LastName": "旧姓", "FirstName": "鈴木", "Email": "before@example.net"]),
                onFailure: .rollbackAll)
            let loser = try #require(made[0].id)
            _ = try await session.merge(Batch("Contact", ["Id": .id(contact)]), with: [loser])
            if isPurged { _ = try await session.purge([loser], onFailure: .rollbackAll) }
            #expect(try await tables.engine.vault.existingKey(for: loser) != nil)
            let plan = try await session.previewErasure(of: contact, policy: .standard)
            _ = try await session.erase(plan, request: try await request(tables))
            await #expect(throws: VaultError.self) { try await tables.engine.vault.existingKey(for: loser) }
            for text in Self.traces + ["before@example.net"] {
                #expect(try await tables.places(holding: text) == [], "\(text)")
            }
        }
    }

    @Test func `takes the lead that the person was along`() async throws {
        try await PersonTables.with { tables in
            let session = tables.session
            let lead = try await session.create(
                Batch("Lead", ["LastName": "旧姓", "Company": "ノルド", "Email": "before@example.net"]),
                onFailure: .rollbackAll)
            let id = try #require(lead[0].id)
            let made = try await session.convert(LeadConversion(lead: id, convertedStatus: "Closed - Converted"))
            _ = try await session.update(
                Batch("Contact", ["Id": .id(made.contact), "Email": "after@example.net"]), onFailure: .rollbackAll)
            let plan = try await session.previewErasure(of: made.contact, policy: .standard)
            _ = try await session.erase(plan, request: try await request(tables))
            await #expect(throws: VaultError.self) { try await tables.engine.vault.existingKey(for: id) }
            for text in ["before@example.net", "after@example.net"] {
                #expect(try await tables.places(holding: text) == [], "\(text)")
            }
        }
    }
}
