import AzukariTesting
import Engine
import Foundation
import Records
import Testing

@testable import Privacy

struct SubjectViewTests {
    @Test func `an agent sees a customer whole`() async throws {
        try await withCompany { company in
            let environment = company.clock.environment
            _ = try await Requests(company.administrator, environment: environment)
                .open(.init(.access, of: company[.hanako], channel: "Email", language: "ja"))
            let view = try await SubjectViews(company.agent, environment: environment)
                .view(of: company[.hanako], from: 0, size: 50)
            #expect(view.subject == company.individual(.hanako))
            #expect(view.identity.first?.id == company[.hanako])
            #expect(view.records["CaseComment"]?.count == 1)
            #expect(Set(view.timeline.map(\.kind)).isSuperset(of: [.caseOpened, .comment, .mail]))
            #expect(view.timeline.map(\.at) == view.timeline.map(\.at).sorted(by: >))
            #expect(view.consents.map(\.channel) == ContactChannel.allCases)
            #expect(view.holdings.contains { $0.object == "Case" && $0.basis == .contract && $0.until != nil })
            // The register is not the agent's.
            #expect(view.openRequests.isEmpty)
            let officer = try await SubjectViews(company.administrator, environment: environment)
                .view(of: company[.hanako], from: 0, size: 50)
            #expect(officer.openRequests.map(\.daysLeft) == [30])
            #expect(officer.timeline.contains { $0.kind == .request })
        }
    }

    @Test func `the timeline is read in pages`() async throws {
        try await withCompany { company in
            let views = SubjectViews(company.agent, environment: company.clock.environment)
            let whole = try await views.view(of: company[.hanako], from: 0, size: 200).timeline
            var pages: [TimelineEntry] = []
            var from: Int? = 0
            while let start = from {
                let page = try await views.view(of: company[.hanako], from: start, size: 2)
                pages += page.timeline
                from = page.next
            }
            #expect(pages.map(\.record) == whole.map(\.record))
        }
    }

    @Test func `who is nobody has no picture`() async throws {
        try await withCompany { company in
            await #expect(throws: PlatformError(.notFound, "")) {
                try await SubjectViews(company.agent, environment: company.clock.environment)
                    .view(of: company.record("purpose.offers"), from: 0, size: 10)
            }
        }
    }
}

struct RulesTests {
    @Test func `what a law keeps is kept until its day, and no longer`() async throws {
        try await withCompany { company in
            let json = """
                {"anonymise": ["Task"],
                 "keep": [{"object": "Case", "ground": "legalDuty", "years": 2, "from": ["CreatedDate"]}]}
                """
            let rules = try ErasureRules(json: Data(json.utf8))
            let records = ["Case": [company.record("case.booking")]]
            let today = company.clock.now.day
            let policy = try await rules.policy(for: records, today: today, company.administrator)
            #expect(policy.actions["Task"] == .anonymise)
            let until = today.adding(months: 24).description
            #expect(policy.actions["Case"] == .keep(ground: "legalDuty", until: until))
            let later = try await rules.policy(for: records, today: today.adding(months: 25), company.administrator)
            #expect(later.action(for: "Case") == .delete)
        }
    }

    @Test func `an approved policy reads back`() throws {
        let policy = ErasurePolicy(actions: [
            "Case": .anonymise, "Contract": .keep(ground: "legalDuty", until: "2036-03-31"),
            "Asset": .keep(ground: "legalClaims", until: nil), "Task": .delete,
        ])
        #expect(policy.text == "Asset=keep legalClaims; Case=anonymise; Contract=keep legalDuty until 2036-03-31")
        var expected = policy
        expected.actions["Task"] = nil
        #expect(try ErasurePolicy(text: policy.text) == expected)
        #expect(try ErasurePolicy(text: "") == ErasurePolicy(actions: [:]))
        #expect(throws: PlatformError(.invalidOperation, "")) { try ErasurePolicy(text: "Case=burn") }
        #expect(throws: PlatformError(.invalidOperation, "")) {
            try ErasurePolicy(actions: ["Case": .keep(ground: "two words", until: nil)]).check()
        }
    }

    @Test func `the rules that ship can be read, and name known bases`() throws {
        #expect(try HoldingRules.standard().rule(of: "Contact")?.basis == .contract)
        #expect(try HoldingRules.standard().rule(of: "Nothing") == nil)
        _ = try ErasureRules.standard()
        for language in ["ja", "en"] { #expect(try CoverWords(language)("title") != "title") }
    }
}
