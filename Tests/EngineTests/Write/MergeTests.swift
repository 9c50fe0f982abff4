import AzukariTesting
import Engine
import Records
import Testing

struct MergeTests {
    @Test func `what referred to the losers refers to the master, and the losers are in the bin`() async throws {
        try await Writing.withSession { session, engine in
            let master = try await session.make("Account", ["Name": "Aoba", "Phone": "03-1111-2222"])
            let first = try await session.make("Account", ["Name": "Aoba K.K.", "Website": "https://aoba.example"])
            let second = try await session.make("Account", ["Name": "青葉"])
            let contact = try await session.make("Contact", ["LastName": "a", "AccountId": .id(first)])
            let ticket = try await session.make("Case", ["Subject": "b", "AccountId": .id(second)])
            let daughter = try await session.make("Account", ["Name": "d", "ParentId": .id(second)])
            let binned = try await session.make("Contact", ["LastName": "gone", "AccountId": .id(first)])
            _ = try await session.delete([binned], onFailure: .rollbackAll)

            let merged = try await session.merge(
                Batch("Account", ["Id": .id(master), "Website": "https://aoba.example"]), with: [first, second])
            #expect(merged.id == master)
            #expect(merged.mergedRecordIDs == [first, second])
            #expect(Set(merged.updatedRelatedIDs) == [contact, ticket, daughter, binned])

            #expect(try await session.record("Contact", contact, ["AccountId"])["AccountId"].id == master)
            #expect(try await session.record("Case", ticket, ["AccountId"])["AccountId"].id == master)
            #expect(try await session.record("Account", daughter, ["ParentId"])["ParentId"].id == master)
            let kept = try await session.record("Account", master, ["Name", "Phone", "Website"])
            #expect(kept["Name"] == "Aoba" && kept["Phone"] == "03-1111-2222")
            #expect(kept["Website"] == "https://aoba.example")
            #expect(try await session.rowCount("SELECT Id FROM Account") == 2)
            let gone = try await session.query(
                "SELECT MasterRecordId FROM Account WHERE IsDeleted = true ORDER BY Id", deleted: .with)
            #expect(gone.map { $0["MasterRecordId"].id } == [master, master])
            #expect(try await session.search("青葉", in: nil, limit: 5).isEmpty)

            _ = try await session.undelete([binned], onFailure: .rollbackAll)
            #expect(try await session.record("Contact", binned, ["AccountId"])["AccountId"].id == master)
            _ = try await session.undelete([first], onFailure: .rollbackAll)
            #expect(try await session.record("Account", first, ["MasterRecordId"])["MasterRecordId"].isNull)
            #expect(try await session.record("Contact", contact, ["AccountId"])["AccountId"].id == master)
            #expect(try await engine.checkChanges().damage == nil)
        }
    }

    @Test func `the master takes a unique value of a loser, and is never its own parent`() async throws {
        try await Writing.withSession { session, _ in
            var ext = NewField(name: "Ext__c", type: .string, label: "Ext", labelJa: "外部 ID")
            ext.field.isUnique = true
            try await session.addField(ext, to: "Contact")
            let loser = try await session.make("Contact", ["LastName": "b", "Ext__c": "P1"])
            let master = try await session.make("Contact", ["LastName": "a", "ReportsToId": .id(loser)])
            _ = try await session.merge(
                Batch("Contact", ["Id": .id(master), "Ext__c": "P1"]), with: [loser])
            let kept = try await session.record("Contact", master, ["Ext__c", "ReportsToId"])
            #expect(kept["Ext__c"] == "P1")
            #expect(kept["ReportsToId"].isNull)
        }
    }

    @Test func `people keep every refusal and have one Individual with all consents`() async throws {
        try await Writing.withSession { session, _ in
            let mine = try await session.make("Individual", ["LastName": "a"])
            let theirs = try await session.make("Individual", ["LastName": "a", "HasOptedOutSolicit": true])
            let purpose = try await session.make("DataUsePurpose", ["Name": "offers"])
            let consent = try await session.make(
                "ContactPointTypeConsent",
                [
                    "Name": "c", "PartyId": .id(theirs), "DataUsePurposeId": .id(purpose),
                    "ContactPointType": "Phone", "PrivacyConsentStatus": "OptOut",
                ]
            )
            let master = try await session.make("Contact", ["LastName": "a", "IndividualId": .id(mine)])
            let loser = try await session.make(
                "Contact", ["LastName": "a", "IndividualId": .id(theirs), "HasOptedOutOfEmail": true])
            _ = try await session.merge(
                Batch("Contact", ["Id": .id(master), "HasOptedOutOfEmail": false]), with: [loser])
            let kept = try await session.record("Contact", master, ["HasOptedOutOfEmail", "IndividualId"])
            #expect(kept["HasOptedOutOfEmail"] == true)
            #expect(kept["IndividualId"].id == mine)
            #expect(try await session.record("Individual", mine, ["HasOptedOutSolicit"])["HasOptedOutSolicit"] == true)
            #expect(
                try await session.record("ContactPointTypeConsent", consent, ["PartyId"])["PartyId"].id == mine)
            #expect(try await session.rowCount("SELECT Id FROM Individual") == 1)
        }
    }

    @Test func `a master without an Individual takes that of a loser`() async throws {
        try await Writing.withSession { session, _ in
            let person = try await session.make("Individual", ["LastName": "a"])
            let master = try await session.make("Contact", ["LastName": "a"])
            let loser = try await session.make("Contact", ["LastName": "a", "IndividualId": .id(person)])
            _ = try await session.merge(Batch("Contact", ["Id": .id(master)]), with: [loser])
            #expect(try await session.record("Contact", master, ["IndividualId"])["IndividualId"].id == person)
        }
    }

    @Test func `merged leads and cases keep what hangs on them`() async throws {
        try await Writing.withSession { session, _ in
            let leads = [
                try await session.make("Lead", ["LastName": "a", "Company": "c"]),
                try await session.make("Lead", ["LastName": "b", "Company": "c"]),
            ]
            let task = try await session.make("Task", ["Subject": "t", "WhoId": .id(leads[1])])
            _ = try await session.merge(Batch("Lead", ["Id": .id(leads[0])]), with: [leads[1]])
            #expect(try await session.record("Task", task, ["WhoId"])["WhoId"].id == leads[0])
            let cases = [
                try await session.make("Case", ["Subject": "a"]), try await session.make("Case", ["Subject": "b"]),
            ]
            let comment = try await session.make(
                "CaseComment", ["ParentId": .id(cases[1]), "CommentBody": "first"])
            _ = try await session.merge(Batch("Case", ["Id": .id(cases[0])]), with: [cases[1]])
            #expect(try await session.record("CaseComment", comment, ["ParentId"])["ParentId"].id == cases[0])
        }
    }

    @Test func `a refused merge changes nothing`() async throws {
        try await Writing.withSession { session, engine in
            let master = try await session.make("Contact", ["LastName": "a"])
            let loser = try await session.make("Contact", ["LastName": "b"])
            let boss = try await session.make("Contact", ["LastName": "c", "ReportsToId": .id(loser)])
            _ = try await session.update(
                Batch("Contact", ["Id": .id(master), "ReportsToId": .id(boss)]), onFailure: .rollbackAll)
            let account = try await session.make("Account", ["Name": "x"])
            let product = try await session.make("Product2", ["Name": "x"])
            func refusal(_ batch: Batch, _ losers: [RecordID], by session: Session) async -> PlatformError.Code? {
                do {
                    _ = try await session.merge(batch, with: losers)
                    return nil
                } catch {
                    return (error as? PlatformError)?.code
                }
            }
            let own = Batch("Contact", ["Id": .id(master)])
            #expect(await refusal(own, [loser], by: session) == .circularDependency)
            #expect(await refusal(own, [], by: session) == .invalidOperation)
            #expect(await refusal(own, [master], by: session) == .invalidOperation)
            #expect(await refusal(own, [loser, loser], by: session) == .invalidOperation)
            #expect(await refusal(own, [account], by: session) == .malformedID)
            #expect(await refusal(Batch("Product2", ["Id": .id(product)]), [product], by: session) == .invalidOperation)
            _ = try await session.delete([boss], onFailure: .rollbackAll)
            let nameless = Batch("Contact", ["Id": .id(master), "LastName": ""])
            #expect(await refusal(nameless, [loser], by: session) == .requiredFieldMissing)
            _ = try await session.delete([loser], onFailure: .rollbackAll)
            #expect(await refusal(own, [loser], by: session) == .entityIsDeleted)
            #expect(try await session.rowCount("SELECT Id FROM Contact") == 1)
            #expect(try await engine.checkChanges().damage == nil)
        }
    }
}
