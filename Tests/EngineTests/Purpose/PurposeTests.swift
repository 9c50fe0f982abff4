import AzukariTesting
import Engine
import Records
import Testing

/// Fields and people beyond a purpose are not there, whoever asks.
struct PurposeTests {
    private static let opted = Guest.allCases.filter { $0.agreedToOffers == true }
    private static let refused = Guest.allCases.filter { $0.agreedToOffers == false }

    /// The company's administrator, under a purpose made here.
    private func under(
        _ scope: String, needing fields: [String] = [], _ company: Company, as user: Session? = nil
    ) async throws -> Session {
        let purpose = company.record("purpose.offers")
        _ = try await company.administrator.update(
            Batch(
                "DataUsePurpose",
                ["Id": .id(purpose), "DeveloperName": "newsletter", "SubjectScope": .text(scope)]),
            onFailure: .rollbackAll)
        for field in fields {
            let object = field.split(separator: ".")[0]
            try await company.administrator.make(
                "DataUsePurposeScope",
                [
                    "DataUsePurposeId": .id(purpose), "SobjectType": .text(String(object)),
                    "Field": field.contains(".") ? .text(field) : .null,
                ])
        }
        return try await company.engine.session(
            for: (user ?? company.administrator).user, application: "Letters", purpose: "newsletter")
    }

    // MARK: People

    @Test(arguments: [
        ("Everyone", Set(Guest.allCases)), ("NotOptedOut", Set(Guest.allCases).subtracting(refused)),
        ("OptedIn", Set(opted)),
    ])
    func `who has not agreed, or has refused, is not there`(scope: String, guests: Set<Guest>) async throws {
        try await withCompany { company in
            let session = try await under(scope, company)
            let contacts = Set(guests.map { company[$0] })
            #expect(Set(try await session.query("SELECT Id FROM Contact").compactMap(\.id)) == contacts)
            #expect(try await session.count("SELECT COUNT() FROM Contact") == contacts.count)
            let counted = try await session.query("SELECT COUNT(Id) n FROM Individual")[0]["n"]
            #expect(counted == .integer(Int64(guests.count)))
            // What belongs to people goes with them.
            let cases = try await company.administrator.query("SELECT Id, ContactId FROM Case")
            let theirs = Set(cases.filter { $0["ContactId"].id.map(contacts.contains) ?? false }.compactMap(\.id))
            #expect(Set(try await session.query("SELECT Id FROM Case").compactMap(\.id)) == theirs)
            let comments = try await session.query("SELECT ParentId FROM CaseComment")
            #expect(comments.allSatisfy { $0["ParentId"].id.map(theirs.contains) ?? false })
            let mails = try await session.query("SELECT ParentId FROM EmailMessage")
            #expect(mails.allSatisfy { $0["ParentId"].id.map(theirs.contains) ?? false })
            let found = try await session.search("suzuki", in: ["Contact"], limit: 10).map(\.id)
            #expect(found == (guests.contains(.taro) ? [company[.taro]] : []))
        }
    }

    @Test func `what people decide counts from the next statement on, and for as long as it is in force`() async throws
    {
        let clock = TestClock()
        try await withCompany(clock: clock) { company in
            let session = try await under("OptedIn", company)
            func isThere(_ guest: Guest) async throws -> Bool {
                try await session.query(
                    "SELECT Id FROM Contact WHERE Id = :id", bindings: ["id": .one(.id(company[guest]))]
                ).count == 1
            }
            let consent = company.record("consent.hanako")
            func set(_ fields: KeyValuePairs<String, Value>) async throws {
                var batch = Batch("ContactPointTypeConsent", ["Id": .id(consent)])
                for (name, value) in fields {
                    batch.fields.append(name)
                    batch.rows[0].append(value)
                }
                _ = try await company.administrator.update(batch, onFailure: .rollbackAll)
            }
            #expect(try await isThere(.hanako))
            try await set(["PrivacyConsentStatus": "OptOut"])
            #expect(try await !isThere(.hanako))
            try await set([
                "PrivacyConsentStatus": "OptIn", "EffectiveTo": .datetime(clock.now.adding(seconds: 60)),
            ])
            #expect(try await isThere(.hanako))
            clock.advance(seconds: 61)
            #expect(try await !isThere(.hanako))
            try await set(["EffectiveTo": .null])
            #expect(try await isThere(.hanako))
            // Whoever wants to be left alone is not there, whatever they agreed to before.
            for field in ["HasOptedOutProcessing", "ShouldForget"] {
                for (value, seen) in [(true, false), (false, true)] {
                    _ = try await company.administrator.update(
                        Batch(
                            "Individual",
                            ["Id": .id(company.individual(.hanako)), field: .boolean(value)]),
                        onFailure: .rollbackAll)
                    #expect(try await isThere(.hanako) == seen)
                }
            }
        }
    }

    @Test func `the register of requests is not there where people may not be`() async throws {
        try await withCompany { company in
            try await company.administrator.make(
                "DataSubjectRequest",
                ["Kind": "Access", "SubjectRecordId": .text(company[.taro].description), "Channel": "Phone"])
            for (scope, count) in [("Everyone", 1), ("NotOptedOut", 0), ("OptedIn", 0)] {
                let session = try await under(scope, company)
                #expect(try await session.count("SELECT COUNT() FROM DataSubjectRequest") == count)
            }
        }
    }

    @Test func `a consent for another purpose opens nothing`() async throws {
        try await withCompany { company in
            let session = try await under("OptedIn", company)
            let other = try await company.administrator.make("DataUsePurpose", ["Name": "Surveys"])
            try await company.administrator.make(
                "ContactPointTypeConsent",
                [
                    "Name": "Post", "PartyId": .id(company.individual(.chiyo)), "DataUsePurposeId": .id(other),
                    "ContactPointType": "MailingAddress", "PrivacyConsentStatus": "OptIn",
                ])
            #expect(
                try await session.query(
                    "SELECT Id FROM Contact WHERE Id = :id", bindings: ["id": .one(.id(company[.chiyo]))]
                ).isEmpty)
        }
    }

    @Test func `a contact without an individual is there as long as nobody must have agreed`() async throws {
        try await withCompany { company in
            let contact = try await company.administrator.make("Contact", ["LastName": "Nobody"])
            let note = try await company.administrator.make("Case", ["Subject": "Of nobody"])
            for (scope, isThere) in [("NotOptedOut", true), ("OptedIn", false)] {
                let session = try await under(scope, company)
                #expect(try await session.query("SELECT Id FROM Contact").compactMap(\.id).contains(contact) == isThere)
                #expect(try await session.query("SELECT Id FROM Case").compactMap(\.id).contains(note) == isThere)
            }
        }
    }

    @Test func `a lookup to somebody who is not there is refused, and a parent who is not lends nothing`() async throws
    {
        try await withCompany { company in
            let session = try await under("NotOptedOut", company)
            let refusals = try await session.refusals("Case", ["Subject": "x", "ContactId": .id(company[.taro])])
            #expect(refusals.map(\.code) == [.invalidCrossReferenceKey])
            let update = try await session.update(
                Batch("Contact", ["Id": .id(company[.taro]), "Department": "x"]), onFailure: .keepGoing)
            #expect(update[0].errors.map(\.code) == [.notFound])
            let removal = try await session.delete([company[.taro]], onFailure: .keepGoing)
            #expect(removal[0].errors.map(\.code) == [.notFound])
            #expect(try await company.administrator.retrieve("Contact", [company[.taro]], fields: nil)[0] != nil)
            #expect(try await session.history(of: company[.taro]).isEmpty)
        }
    }

    // MARK: Fields

    private static let needed = ["Contact.Name", "Contact.Email", "Contact.MailingAddress"]

    @Test func `only the fields that a purpose needs are there`() async throws {
        try await withCompany { company in
            for user in [company.administrator, company.agent] {
                let session = try await under(
                    "Everyone", needing: user.user == company.agent.user ? [] : Self.needed, company, as: user)
                let contact = try #require(try await session.schema().object("Contact"))
                // The parts of a name or an address go with it.
                for name in ["Id", "Name", "LastName", "Email", "MailingAddress", "MailingCity", "SystemModstamp"] {
                    #expect(contact.field(name) != nil, "\(name)")
                }
                for name in ["Phone", "Birthdate", "Description", "AccountId", "OwnerId", "OtherCity"] {
                    #expect(contact.field(name) == nil, "\(name)")
                    await #expect(throws: PlatformError(.invalidField, "")) {
                        _ = try await session.query("SELECT \(name) FROM Contact")
                    }
                    await #expect(throws: PlatformError(.invalidField, "")) {
                        _ = try await session.query("SELECT Id FROM Contact WHERE \(name) != null")
                    }
                }
                for object in ["Case", "Individual", "Account", "Lead", "Task", "User", "CaseShare"] {
                    await #expect(throws: PlatformError(.invalidType, ""), "\(object)") {
                        _ = try await session.query("SELECT Id FROM \(object)")
                    }
                }
                let update = try await session.refusals(
                    "Contact", ["LastName": "Written", "Email": "written@example.com"])
                #expect(update.isEmpty)
                await #expect(throws: PlatformError(.invalidField, "")) {
                    _ = try await session.create(
                        Batch("Contact", ["LastName": "x", "Phone": "1"]), onFailure: .keepGoing)
                }
            }
        }
    }

    @Test func `an object that is needed whole has all its fields`() async throws {
        try await withCompany { company in
            let session = try await under("Everyone", needing: ["Case", "Contact.LastName"], company)
            #expect(try await session.query("SELECT Subject, Contact.LastName FROM Case LIMIT 1").count == 1)
            await #expect(throws: PlatformError(.invalidField, "")) {
                _ = try await session.query("SELECT Contact.Email FROM Case")
            }
        }
    }

    // MARK: Who may do what

    @Test func `nobody administers, or widens a purpose, under one that binds`() async throws {
        try await withCompany { company in
            let session = try await under("NotOptedOut", company)
            let purpose = company.record("purpose.offers")
            let update = try await session.update(
                Batch("DataUsePurpose", ["Id": .id(purpose), "SubjectScope": "Everyone"]), onFailure: .keepGoing)
            #expect(update[0].errors.map(\.code) == [.insufficientAccessOrReadonly])
            await #expect(throws: PlatformError(.insufficientAccess, "")) {
                try await session.setSharing(.read, of: "Case")
            }
            await #expect(throws: PlatformError(.insufficientAccess, "")) {
                try await session.checkAdministration(of: "It")
            }
            await #expect(throws: (any Error).self) { _ = try await session.trace(company[.hanako]) }
            // And under one that does not, all is as before.
            #expect(try await company.administrator.trace(company[.hanako]).records.isEmpty == false)
        }
    }

    @Test func `whose permission sets name purposes works under these alone`() async throws {
        try await withCompany { company in
            _ = try await under("OptedIn", company)
            let engine = company.engine
            #expect(
                try await engine.purposes(of: company.agent.user)
                    == ["administration", "customerService", "newsletter", "privacyRequests"])
            let set = try await company.administrator.make("PermissionSet", ["Name": "Letters", "Label": "Letters"])
            try await company.administrator.make(
                "PermissionSetAssignment", ["AssigneeId": .id(company.agent.user), "PermissionSetId": .id(set)])
            #expect(try await company.agent.count("SELECT COUNT() FROM Contact") == Guest.allCases.count)
            _ = try await company.administrator.update(
                Batch(
                    "PermissionSet",
                    ["Id": .id(set), "DataUsePurposeId": .id(company.record("purpose.offers"))]),
                onFailure: .rollbackAll)
            #expect(try await engine.purposes(of: company.agent.user) == ["newsletter"])
            await #expect(throws: PlatformError(.invalidSessionID, "")) {
                _ = try await company.agent.query("SELECT Id FROM Contact")
            }
            let session = try await engine.session(
                for: company.agent.user, application: "tests", purpose: "newsletter")
            #expect(try await session.count("SELECT COUNT() FROM Contact") == Self.opted.count)
        }
    }

    @Test func `under a purpose that there is not, or no longer, nothing is answered`() async throws {
        try await withCompany { company in
            let session = try await under("Everyone", company)
            #expect(try await session.count("SELECT COUNT() FROM Contact") == Guest.allCases.count)
            _ = try await company.administrator.update(
                Batch("DataUsePurpose", ["Id": .id(company.record("purpose.offers")), "DeveloperName": .null]),
                onFailure: .rollbackAll)
            await #expect(throws: PlatformError(.invalidSessionID, "")) {
                _ = try await session.count("SELECT COUNT() FROM Contact")
            }
        }
    }

    @Test func `a purpose of the product's own binds when the organisation limits it`() async throws {
        try await withCompany { company in
            let purpose = try await company.administrator.make(
                "DataUsePurpose", ["Name": "Service", "DeveloperName": "customerService"])
            try await company.administrator.make(
                "DataUsePurposeScope", ["DataUsePurposeId": .id(purpose), "SobjectType": "Case"])
            #expect(try await company.agent.query("SELECT Subject FROM Case LIMIT 1").count == 1)
            await #expect(throws: PlatformError(.invalidType, "")) {
                _ = try await company.agent.query("SELECT Id FROM Contact")
            }
        }
    }

    // MARK: Bad input

    @Test(arguments: [
        (["SobjectType": "Nothing"], "SobjectType"), (["SobjectType": "contact"], "SobjectType"),
        (["SobjectType": "UserCredential"], "SobjectType"),
        (["SobjectType": "Contact", "Field": "Email"], "Field"),
        (["SobjectType": "Contact", "Field": "Contact.email"], "Field"),
        (["SobjectType": "Contact", "Field": "Case.Subject"], "Field"),
        (["SobjectType": "Contact", "Field": "Contact.Nothing__c"], "Field"),
    ])
    func `a scope of what is not there is refused`(values: [String: String], field: String) async throws {
        try await withCompany { company in
            var batch = Batch(
                "DataUsePurposeScope", ["DataUsePurposeId": .id(company.record("purpose.offers"))])
            for (name, value) in values {
                batch.fields.append(name)
                batch.rows[0].append(.text(value))
            }
            let outcome = try await company.administrator.create(batch, onFailure: .keepGoing)
            #expect(outcome[0].errors.map(\.fields) == [[field]])
        }
    }

    @Test func `a purpose has a thing once, and a name that can be registered for, once`() async throws {
        try await withCompany { company in
            let session = company.administrator
            let purpose: Value = .id(company.record("purpose.offers"))
            for field in ["Contact.Email", nil] {
                let row: KeyValuePairs<String, Value> = [
                    "DataUsePurposeId": purpose, "SobjectType": "Contact",
                    "Field": field.map { .text($0) } ?? .null,
                ]
                try await session.make("DataUsePurposeScope", row)
                #expect(try await session.refusals("DataUsePurposeScope", row).map(\.code) == [.duplicateValue])
            }
            for name in ["1st", "a b", "a-b", "名前", "a;b"] {
                let refusals = try await session.refusals(
                    "DataUsePurpose", ["Name": "x", "DeveloperName": .text(name)])
                #expect(refusals.map(\.fields) == [["DeveloperName"]], "\(name)")
            }
            try await session.make("DataUsePurpose", ["Name": "x", "DeveloperName": "once"])
            #expect(
                try await session.refusals("DataUsePurpose", ["Name": "y", "DeveloperName": "once"]).map(\.code)
                    == [.duplicateValue])
        }
    }
}
