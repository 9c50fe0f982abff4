import AzukariTesting
import Engine
import Records
import Testing

struct ConversionTests {
    private func lead(_ session: Session, _ more: KeyValuePairs<String, Value> = [:]) async throws -> RecordID {
        let fields: [(String, Value)] =
            [
                ("LastName", "Weber"), ("FirstName", "Lukas"), ("Company", "Nordlicht GmbH"), ("City", "Bremen"),
                ("Email", "lukas@example.org"), ("Phone", "+49 421 0000"), ("LeadSource", "Web"),
            ] + more.map { ($0.key, $0.value) }
        let batch = Batch("Lead", fields: fields.map(\.0), rows: [fields.map(\.1)])
        let outcome = try await session.create(batch, onFailure: .rollbackAll)[0]
        return try #require(outcome.id, "\(outcome.errors.map(\.message))")
    }

    @Test func `a lead becomes a contact of an account, with an opportunity`() async throws {
        try await Writing.withSession { session, engine in
            for object in ["Lead", "Contact"] {
                let field = NewField(name: "Grade__c", type: .string, label: "Grade", labelJa: "等級")
                try await session.addField(field, to: object)
            }
            let person = try await session.make("Individual", ["LastName": "Weber"])
            let id = try await lead(
                session, ["HasOptedOutOfEmail": true, "IndividualId": .id(person), "Grade__c": "gold"])
            let task = try await session.make("Task", ["Subject": "call", "WhoId": .id(id)])
            let campaign = try await session.make("Campaign", ["Name": "fair"])
            let member = try await session.make("CampaignMember", ["CampaignId": .id(campaign), "LeadId": .id(id)])
            let made = try await session.convert(LeadConversion(lead: id, convertedStatus: "Closed - Converted"))

            let account = try await session.record("Account", made.account, ["Name", "BillingCity", "Phone"])
            #expect(account["Name"] == "Nordlicht GmbH" && account["BillingCity"] == "Bremen")
            let contact = try await session.record(
                "Contact", made.contact,
                ["Name", "Email", "MailingCity", "AccountId", "HasOptedOutOfEmail", "IndividualId", "Grade__c"])
            #expect(contact["Name"] == "Lukas Weber" && contact["Email"] == "lukas@example.org")
            #expect(contact["MailingCity"] == "Bremen" && contact["AccountId"].id == made.account)
            #expect(contact["HasOptedOutOfEmail"] == true && contact["IndividualId"].id == person)
            #expect(contact["Grade__c"] == "gold")
            let opportunity = try await session.record(
                "Opportunity", try #require(made.opportunity), ["Name", "StageName", "CloseDate", "AccountId"])
            #expect(opportunity["Name"] == "Nordlicht GmbH" && opportunity["StageName"] == "Prospecting")
            #expect(opportunity["CloseDate"] == .date(Day(year: 2026, month: 12, day: 31)))
            #expect(try await session.record("Task", task, ["WhoId"])["WhoId"].id == made.contact)
            let both = try await session.record("CampaignMember", member, ["LeadId", "ContactId"])
            #expect(both["LeadId"].id == id && both["ContactId"].id == made.contact)
            let after = try await session.record(
                "Lead", id, ["IsConverted", "Status", "ConvertedContactId", "ConvertedDate"])
            #expect(after["IsConverted"] == true && after["Status"] == "Closed - Converted")
            #expect(after["ConvertedContactId"].id == made.contact)
            #expect(after["ConvertedDate"] == .date(Day(year: 2026, month: 11, day: 23)))
            #expect(try await engine.checkChanges().damage == nil)
        }
    }

    @Test func `a contact that is there keeps what it has and gets what it lacks`() async throws {
        try await Writing.withSession { session, _ in
            let account = try await session.make("Account", ["Name": "Nord"])
            let contact = try await session.make(
                "Contact", ["LastName": "Weber", "Phone": "1", "LeadSource": "Other", "AccountId": .id(account)])
            var conversion = LeadConversion(
                lead: try await lead(session, ["DoNotCall": true]), convertedStatus: "Closed - Converted")
            (conversion.account, conversion.contact) = (account, contact)
            conversion.createsOpportunity = false
            conversion.overwritesLeadSource = true
            let made = try await session.convert(conversion)
            #expect(made.account == account && made.contact == contact && made.opportunity == nil)
            let after = try await session.record(
                "Contact", contact, ["Phone", "Email", "DoNotCall", "LeadSource", "FirstName"])
            #expect(after["Phone"] == "1" && after["Email"] == "lukas@example.org" && after["DoNotCall"] == true)
            #expect(after["LeadSource"] == "Web" && after["FirstName"] == "Lukas")
            #expect(try await session.record("Account", account, ["Name"])["Name"] == "Nord")
            #expect(try await session.rowCount("SELECT Id FROM Opportunity") == 0)
        }
    }

    @Test func `a refused conversion makes nothing`() async throws {
        try await Writing.withSession { session, _ in
            func refusal(_ conversion: LeadConversion) async -> PlatformError.Code? {
                do {
                    _ = try await session.convert(conversion)
                    return nil
                } catch {
                    return (error as? PlatformError)?.code
                }
            }
            let id = try await lead(session)
            #expect(await refusal(LeadConversion(lead: id, convertedStatus: "Sold")) == .invalidStatus)
            var other = LeadConversion(lead: id, convertedStatus: "Closed - Converted")
            let account = try await session.make("Account", ["Name": "x"])
            other.contact = try await session.make("Contact", ["LastName": "y", "AccountId": .id(account)])
            #expect(await refusal(other) == .invalidCrossReferenceKey)
            #expect(await refusal(LeadConversion(lead: account, convertedStatus: "Closed - Converted")) == .malformedID)
            #expect(try await session.rowCount("SELECT Id FROM Account") == 1)
            #expect(try await session.rowCount("SELECT Id FROM Opportunity") == 0)

            let right = LeadConversion(lead: id, convertedStatus: "Closed - Converted")
            #expect(await refusal(right) == nil)
            #expect(await refusal(right) == .cannotUpdateConvertedLead)
        }
    }

    @Test func `an agent does not change a converted lead, and converts where the rights are`() async throws {
        try await withCompany { company in
            let agent = company.agent
            let id = company.record("lead.lukas")
            var conversion = LeadConversion(lead: id, convertedStatus: "Closed - Converted")
            // The standard profile has no opportunities.
            await #expect(throws: PlatformError(.invalidType, "")) { try await agent.convert(conversion) }
            conversion.createsOpportunity = false
            let made = try await agent.convert(conversion)
            #expect(try await agent.record("Contact", made.contact, ["LastName"])["LastName"] == "Weber")
            let change = try await agent.update(
                Batch("Lead", ["Id": .id(id), "Title": "x"]), onFailure: .keepGoing)
            #expect(change[0].errors.map(\.code) == [.cannotUpdateConvertedLead])
        }
    }
}
