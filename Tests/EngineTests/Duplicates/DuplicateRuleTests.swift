import AzukariTesting
import Records
import Store
import Testing

@testable import Engine

/// Rules that block, alert and report, kept true by every road.
struct DuplicateRuleTests {
    private func rule(
        _ session: Session, _ criteria: String = "Email email\nLastName name", of object: String = "Contact",
        with objects: String? = nil,
        _ others: KeyValuePairs<String, Value> = ["ActionOnInsert": "Block", "ActionOnUpdate": "Block"]
    ) async throws -> RecordID {
        let values: [(String, Value)] =
            [
                ("DeveloperName", .text("Same_\(object)")), ("MasterLabel", "Same"), ("SobjectType", .text(object)),
                ("MatchCriteria", .text(criteria)), ("IsActive", true),
                ("MatchObjects", objects.map { .text($0) } ?? .null),
            ] + others.map { ($0.key, $0.value) }
        let batch = Batch("DuplicateRule", fields: values.map(\.0), rows: [values.map(\.1)])
        let outcome = try await session.create(batch, onFailure: .keepGoing)[0]
        if let error = outcome.errors.first { throw error }
        return try #require(outcome.id)
    }

    private func matches(_ errors: [PlatformError]) -> [RecordID] {
        errors.compactMap(\.duplicates).flatMap(\.matches).flatMap(\.records)
    }

    private func indexed(_ engine: Engine) async throws -> Int64 {
        try await engine.store.read { try $0.first("SELECT count(*) FROM az_match") { $0.int64(0) } ?? 0 }
    }

    @Test func `a duplicate is blocked on create and on edit, with what it is one of`() async throws {
        try await Writing.withSession { session, _ in
            _ = try await rule(session)
            let first = try await session.make("Contact", ["LastName": "Schmidt", "Email": "s@example.org"])
            let errors = try await session.refusals("Contact", ["LastName": "Schmitt", "Email": "S@example.org"])
            #expect(errors.map(\.code) == [.duplicatesDetected] && matches(errors) == [first])
            #expect(errors[0].duplicates?.allowsSave == false && errors[0].duplicates?.rule == "Same_Contact")
            #expect(
                try await session.allowingDuplicates().refusals(
                    "Contact", ["LastName": "Schmitt", "Email": "s@example.org"]
                ).count == 1, "what blocks is not let through")
            #expect(try await session.refusals("Contact", ["LastName": "Meier", "Email": "s@example.org"]).isEmpty)
            #expect(try await session.refusals("Contact", ["LastName": "Schmidt"]).isEmpty, "a blank matches nothing")
            let other = try await session.make("Contact", ["LastName": "Schmid", "Email": "x@example.org"])
            let edit = Batch("Contact", fields: ["Id", "Email"], rows: [[.id(other), "s@example.org"]])
            #expect(matches(try await session.update(edit, onFailure: .keepGoing)[0].errors) == [first])
            // An edit that touches nothing compared, or leaves it as it is, is no new duplicate.
            let same = Batch("Contact", fields: ["Id", "Email", "Title"], rows: [[.id(first), "s@example.org", "Dr"]])
            #expect(try await session.update(same, onFailure: .keepGoing)[0].errors.isEmpty)
        }
    }

    @Test func `duplicates inside one batch are seen, whichever road it takes`() async throws {
        try await Writing.withSession { session, _ in
            _ = try await rule(session)
            let rows: [[Value]] = [
                ["Schmidt", "s@example.org"], ["Meier", "m@example.org"], ["Schmitt", "s@example.org"],
            ]
            let batch = Batch("Contact", fields: ["LastName", "Email"], rows: rows)
            let outcomes = try await session.create(batch, onFailure: .keepGoing)
            #expect(outcomes.map(\.isRefused) == [false, false, true])
            #expect(matches(outcomes[2].errors) == [outcomes[0].id])
            let reports = LoadTests.Reports()
            let more: [[Value]] = [
                ["Schmidd", "s@example.org"], ["Sato", "a@example.org"], ["Sato", "a@example.org"],
            ]
            _ = try await session.load(
                "Contact", fields: ["LastName", "Email"], rows: LoadTests.Pieces(pieces: [more]), report: reports.add)
            #expect(reports.outcomes.map(\.outcome.isRefused) == [true, false, true])
            #expect(try await session.rowCount("SELECT Id FROM Contact") == 3)
            // What was loaded is found by what comes after.
            #expect(try await session.refusals("Contact", ["LastName": "Sato", "Email": "a@example.org"]).count == 1)
        }
    }

    @Test func `an alert holds up until the caller says so, and what comes through is reported`() async throws {
        try await Writing.withSession { session, _ in
            let id = try await rule(
                session, of: "Contact",
                ["OperationsOnInsert": "Alert;Report", "AlertText": "この顧客はすでに登録されています"])
            let first = try await session.make("Contact", ["LastName": "Schmidt", "Email": "s@example.org"])
            let errors = try await session.refusals("Contact", ["LastName": "Schmidt", "Email": "s@example.org"])
            #expect(errors.first?.message == "この顧客はすでに登録されています")
            #expect(errors.first?.duplicates?.allowsSave == true)
            #expect(try await session.rowCount("SELECT Id FROM DuplicateRecordItem") == 0)
            let willing = session.allowingDuplicates()
            let second = try await willing.make("Contact", ["LastName": "Schmidt", "Email": "s@example.org"])
            let reports = LoadTests.Reports()
            _ = try await willing.load(
                "Contact", fields: ["LastName", "Email"],
                rows: LoadTests.Pieces(pieces: [[["Schmidt", "s@example.org"]]]), report: reports.add)
            let third = try #require(reports.outcomes.first?.outcome.id)
            let items = try await session.query(
                "SELECT RecordId, DuplicateRecordSet.DuplicateRuleId FROM DuplicateRecordItem ORDER BY RecordId")
            #expect(items.map { $0["RecordId"].id } == [first, second, third])
            #expect(items.allSatisfy { $0["DuplicateRecordSet.DuplicateRuleId"].id == id })
            #expect(try await session.rowCount("SELECT Id FROM DuplicateRecordSet") == 1)
            // With a record its mention goes.
            _ = try await session.delete([second], onFailure: .rollbackAll)
            #expect(try await session.rowCount("SELECT Id FROM DuplicateRecordItem") == 2)
        }
    }

    @Test func `a rule that becomes active later knows the records that were there`() async throws {
        try await Writing.withSession { session, engine in
            let first = try await session.make("Contact", ["LastName": "Sato", "Email": "s@example.org"])
            let binned = try await session.make("Contact", ["LastName": "Kato", "Email": "k@example.org"])
            _ = try await session.delete([binned], onFailure: .rollbackAll)
            let id = try await rule(session)
            #expect(
                matches(try await session.refusals("Contact", ["LastName": "Sato", "Email": "s@example.org"])) == [
                    first
                ])
            #expect(try await session.refusals("Contact", ["LastName": "Kato", "Email": "k@example.org"]).isEmpty)
            #expect(try await indexed(engine) == 2)
            // Changed, it compares anew.
            let phone = Batch(
                "DuplicateRule", fields: ["Id", "MatchCriteria"], rows: [[.id(id), "MobilePhone phone"]])
            #expect(try await session.update(phone, onFailure: .rollbackAll)[0].errors.isEmpty)
            #expect(try await session.refusals("Contact", ["LastName": "Sato", "Email": "s@example.org"]).isEmpty)
            let mobile = try await session.make("Contact", ["LastName": "a", "MobilePhone": "090-1234-5678"])
            let errors = try await session.refusals("Contact", ["LastName": "b", "MobilePhone": "+819012345678"])
            #expect(matches(errors) == [mobile])
            // In the bin it says nothing, and knows nothing.
            _ = try await session.delete([id], onFailure: .rollbackAll)
            #expect(try await session.refusals("Contact", ["LastName": "b", "MobilePhone": "+819012345678"]).isEmpty)
            #expect(try await indexed(engine) == 0)
            _ = try await session.undelete([id], onFailure: .rollbackAll)
            #expect(
                try await session.refusals("Contact", ["LastName": "b", "MobilePhone": "+819012345678"]).count == 1)
        }
    }

    @Test func `bin, restriction and erasure take a record out of what is compared`() async throws {
        try await Writing.withSession { session, engine in
            _ = try await rule(session)
            func isTaken() async throws -> Bool {
                let wish: KeyValuePairs<String, Value> = ["LastName": "Sato", "Email": "s@example.org"]
                let errors = try await session.refusals("Contact", wish)
                if errors.isEmpty {
                    let made = try await session.query("SELECT Id FROM Contact WHERE Email = 's@example.org'")
                    _ = try await session.purge(made.compactMap(\.id), onFailure: .rollbackAll)
                }
                return !errors.isEmpty
            }
            let first = try await session.make("Contact", ["LastName": "Sato", "Email": "s@example.org"])
            #expect(try await isTaken())
            _ = try await session.delete([first], onFailure: .rollbackAll)
            #expect(try await !isTaken())
            _ = try await session.undelete([first], onFailure: .rollbackAll)
            #expect(try await isTaken())
            let request = try await session.make(
                "DataSubjectRequest",
                ["Kind": "Erasure", "Status": "Received", "SubjectRecordId": .text(first.description)])
            _ = try await session.restrict(first, request: request)
            #expect(try await indexed(engine) == 0)
            _ = try await session.lift(request: request)
            #expect(try await isTaken())
            let plan = try await session.previewErasure(of: first, policy: .keepingStatistics)
            _ = try await session.erase(plan, request: request)
            #expect(try await indexed(engine) == 0)
        }
    }

    @Test func `leads are compared with contacts, and what may not be seen is not told of`() async throws {
        try await withCompany { company in
            let session = company.administrator
            _ = try await rule(session, "Email email", of: "Lead", with: "Contact;Lead")
            let contact = try await session.make("Contact", ["LastName": "Sato", "Email": "s@example.org"])
            let wish: KeyValuePairs<String, Value> = ["LastName": "Sato", "Company": "a", "Email": "s@example.org"]
            let errors = try await session.refusals("Lead", wish)
            #expect(errors.first?.duplicates?.matches.map(\.object) == ["Contact"] && matches(errors) == [contact])
            #expect(try await session.refusals("Contact", ["LastName": "Sato", "Email": "s@example.org"]).isEmpty)
            let seen = try await company.agent.refusals("Lead", wish)
            #expect(matches(seen).first == contact && matches(seen).count == 2)
            try await company.engine.store.write { connection in
                try connection.execute("DELETE FROM \"ObjectPermissions\" WHERE \"SobjectType\" = 'Contact'")
                try LiveSchema.advance(on: connection)
            }
            #expect(try await company.agent.refusals("Lead", wish).isEmpty)
        }
    }

    @Test(arguments: [
        ("Email email\nNone__c exact", "line 2: Contact has no field None__c"),
        ("Email", "line 1: a line has a field and one of"),
        ("Email soundex", "line 1: a line has"), ("Email email\nemail exact", "line 2: Email is there twice"),
        ("Email email blank", "for one of them at least a blank matches nothing"), ("Id exact", "cannot"),
        ("MailingAddress exact", "can be compared"),
    ])
    func `criteria that make no sense are refused with their line`(criteria: String, reason: String) async throws {
        try await Writing.withSession { session, _ in
            let error = await #expect(throws: PlatformError.self) { _ = try await rule(session, criteria) }
            let message = error?.message ?? ""
            #expect(message.contains(reason) || reason == "cannot" && message.contains("can be compared"), "\(message)")
            #expect(error?.fields == ["MatchCriteria"])
        }
    }

    @Test func `a field that a rule compares cannot be deleted, and custom objects have rules`() async throws {
        try await Writing.withSession { session, _ in
            try await session.addObject(
                NewObject(
                    name: "Space__c", label: "Space", labelPlural: "Spaces", labelJa: "会場", naming: .text,
                    isSearchable: true))
            try await session.addField(
                NewField(name: "Code__c", type: .string, label: "c", labelJa: "c"), to: "Space__c")
            _ = try await rule(session, "Code__c exact\nName company blank", of: "Space__c")
            let first = try await session.make("Space__c", ["Name": "Blue Hall", "Code__c": "A1"])
            #expect(matches(try await session.refusals("Space__c", ["Name": "Blue-Hall", "Code__c": "a1"])) == [first])
            let error = await #expect(throws: PlatformError.self) {
                try await session.deleteField("Code__c", of: "Space__c")
            }
            #expect(error?.code == .deleteFailed)
            let report = await #expect(throws: PlatformError.self) {
                _ = try await rule(
                    session, "Code__c exact", of: "Space__c", with: nil, ["OperationsOnInsert": "Report"])
            }
            #expect(report?.message.contains("Duplicates are reported of") == true)
        }
    }
}
