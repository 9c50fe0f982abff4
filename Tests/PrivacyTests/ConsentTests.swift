import AzukariTesting
import Engine
import Records
import Testing

@testable import Privacy

struct ConsentTests {
    private static func decision(
        _ channel: ContactChannel, _ isOptIn: Bool, captured: Instant? = nil, text: String? = "I want news."
    ) -> ConsentDecision {
        ConsentDecision(
            channel: channel, isOptIn: isOptIn, method: "WebForm", source: "https://example.jp/form",
            textShown: isOptIn ? text : nil, textVersion: isOptIn ? "3" : nil, language: "ja", captured: captured
        )
    }

    private static func flags(_ person: RecordID, _ session: Session) async throws -> [Bool?] {
        let row = try await session.query(
            "SELECT HasOptedOutOfEmail, DoNotCall, HasOptedOutOfFax FROM Contact WHERE Id = :id",
            bindings: ["id": .one(.id(person))]
        ).first
        return ContactChannel.allCases.map { row?[$0.optOutField].boolean }
    }

    @Test(arguments: ContactChannel.allCases)
    func `a refusal sets its own flag, and a consent takes it back`(channel: ContactChannel) async throws {
        try await withCompany { company in
            let consents = Consents(company.administrator, environment: company.clock.environment)
            let person = company[.hanako]
            try await consents.record(Self.decision(channel, false), of: person)
            let place = try #require(ContactChannel.allCases.firstIndex(of: channel))
            var expected: [Bool?] = [false, false, false]
            expected[place] = true
            #expect(try await Self.flags(person, company.administrator) == expected)
            #expect(try await !company.administrator.contactDecision(channel, address: nil, person: person).isAllowed)

            company.clock.advance(seconds: 60)
            try await consents.record(Self.decision(channel, true), of: person)
            #expect(try await Self.flags(person, company.administrator) == [false, false, false])
            #expect(try await company.administrator.contactDecision(channel, address: nil, person: person).isAllowed)
            #expect(try await consents.history(of: person).map(\.status) == [.optIn, .optOut])
        }
    }

    @Test func `an agent of the standard profile records and withdraws with proof, and rewrites no proof`() async throws
    {
        try await withCompany { company in
            let agent = Consents(company.agent, environment: company.clock.environment)
            for person in [company[.hanako], company[.taro]] {
                let yes = try await agent.record(Self.decision(.email, true), of: person)
                #expect(yes.capturedBy == company.agent.user)
                #expect(try await company.agent.contactDecision(.email, address: nil, person: person).isAllowed)
                company.clock.advance(seconds: 60)
                try await agent.record(Self.decision(.email, false), of: person)
                #expect(try await !company.agent.contactDecision(.email, address: nil, person: person).isAllowed)
                company.clock.advance(seconds: 60)
                await #expect(throws: PlatformError.self) {
                    try await company.agent.updateRow("ConsentEvent", yes.id, ["TextShown": "Something else."])
                }
                #expect(try await agent.history(of: person).last { $0.id == yes.id }?.textShown == "I want news.")
            }
        }
    }

    @Test func `an opt-in ends what opposed it, and stands with its proof`() async throws {
        try await withCompany { company in
            let consents = Consents(company.administrator, environment: company.clock.environment)
            let event = try await consents.record(Self.decision(.email, true), of: company[.taro])
            #expect(event.textVersion == "3")
            #expect(event.capturedBy == company.administrator.user)
            let rows = try await company.administrator.query(
                """
                SELECT PrivacyConsentStatus, EffectiveTo FROM ContactPointTypeConsent
                WHERE PartyId = :party AND ContactPointType = 'Email' ORDER BY Id
                """,
                bindings: ["party": .one(.id(company.individual(.taro)))]
            )
            #expect(rows.map { $0["PrivacyConsentStatus"] } == ["OptOut", "OptIn"])
            #expect(rows.map { $0["EffectiveTo"].isNull } == [false, true])
            let state = try #require(try await consents.states(of: company[.taro]).first { $0.channel == .email })
            #expect(state.status == .optIn)
            #expect(state.since == company.clock.now)
            #expect(state.decision.isAllowed)
        }
    }

    @Test func `the same call again records nothing and mends what was left`() async throws {
        try await withCompany { company in
            let consents = Consents(company.administrator, environment: company.clock.environment)
            let person = company[.hanako]
            let first = try await consents.record(Self.decision(.phone, false), of: person)
            try await company.administrator.updateRow("Contact", person, ["DoNotCall": false])
            let second = try await consents.record(Self.decision(.phone, false), of: person)
            #expect(first.id == second.id)
            #expect(try await Self.flags(person, company.administrator)[1] == true)
            let rows = try await company.administrator.query(
                "SELECT Id FROM ContactPointTypeConsent WHERE PartyId = :party AND ContactPointType = 'Phone'",
                bindings: ["party": .one(.id(company.individual(.hanako)))]
            )
            #expect(rows.count == 1)
        }
    }

    @Test func `a lead and a contact of one person follow together`() async throws {
        try await withCompany { company in
            let consents = Consents(company.administrator, environment: company.clock.environment)
            let lead = company.record("lead.lukas")
            try await consents.record(Self.decision(.email, false), of: lead)
            company.clock.advance(seconds: 5)
            try await consents.record(Self.decision(.email, true), of: company[.lukas])
            for person in [lead, company[.lukas]] {
                #expect(
                    try await company.administrator.contactDecision(.email, address: nil, person: person).isAllowed
                )
            }
        }
    }

    @Test func `what was decided before does not overrule what was decided since`() async throws {
        try await withCompany { company in
            let consents = Consents(company.administrator, environment: company.clock.environment)
            let person = company[.hanako]
            try await consents.record(Self.decision(.email, false), of: person)
            let paper = company.clock.now.adding(seconds: -86_400)
            try await consents.record(Self.decision(.email, true, captured: paper), of: person)
            #expect(try await Self.flags(person, company.administrator)[0] == true)
        }
    }

    @Test func `an opt-in without the text shown is no proof`() async throws {
        try await withCompany { company in
            let consents = Consents(company.administrator, environment: company.clock.environment)
            await #expect(throws: PlatformError(.requiredFieldMissing, "")) {
                try await consents.record(Self.decision(.email, true, text: " "), of: company[.hanako])
            }
            await #expect(throws: PlatformError(.invalidOperation, "")) {
                let later = company.clock.now.adding(seconds: 60)
                try await consents.record(Self.decision(.email, false, captured: later), of: company[.hanako])
            }
            await #expect(throws: PlatformError(.invalidCrossReferenceKey, "")) {
                try await consents.record(Self.decision(.email, false), of: company.record("purpose.offers"))
            }
        }
    }
}
