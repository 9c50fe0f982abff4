import AzukariTesting
import Engine
import Records
import Testing

@testable import Privacy

struct RequestTests {
    private static func requests(_ company: Company) -> Requests {
        Requests(company.administrator, environment: company.clock.environment)
    }

    private static func approved(
        _ kind: RequestKind, _ guest: Guest, _ company: Company, reason: String? = nil
    ) async throws -> DataSubjectRequest {
        let requests = requests(company)
        let asked = try await requests.open(
            .init(kind, of: company[guest], channel: "Email", reason: reason, language: "ja")
        )
        _ = try await requests.verify(asked.id, method: "Answered from the known address")
        return try await requests.approve(asked.id)
    }

    @Test func `a request has a number, a person and a last day`() async throws {
        try await withCompany { company in
            let requests = Self.requests(company)
            let asked = try await requests.open(.init(.access, of: company[.giulia], channel: "Letter", language: "en"))
            #expect(asked.name == "R-000001")
            #expect(asked.person == company.individual(.giulia))
            #expect(asked.status == .received)
            #expect(asked.due == Day("2026-12-23"))
            #expect(asked.daysLeft(on: company.clock.now.day) == 30)
            #expect(try await requests.queue().map(\.id) == [asked.id])
            #expect(try await requests.steps(of: asked.id).map(\.name) == ["Asked"])
            let extended = try await requests.extend(asked.id, reason: "Many mails to search")
            #expect(extended.due == Day("2027-02-23"))
            await #expect(throws: PlatformError(.invalidOperation, "")) {
                try await requests.extend(asked.id, reason: "x")
            }
        }
    }

    @Test func `an access ends in a package, and is told`() async throws {
        try await withCompany { company in
            let requests = Self.requests(company)
            let request = try await Self.approved(.access, .giulia, company)
            await #expect(throws: PlatformError(.invalidOperation, "")) { try await requests.close(request.id) }
            let done = try await requests.carryOut(request.id)
            #expect(done.status == .carriedOut)
            #expect(done.completed == company.clock.now)
            let package = try await requests.package(for: request.id)
            #expect(package.counts["Case"] == 1)
            #expect(try await requests.close(request.id).status == .closed)
            let steps = try await requests.steps(of: request.id)
            #expect(steps.map(\.name) == ["Asked", "Verified", "Decided", "Packaged", "Told"])
            #expect(steps[3].detail?.contains("sha256") == true)
            #expect(
                try await company.administrator.accesses(to: company[.giulia], limit: 50).contains {
                    $0.kind == .export
                })
        }
    }

    @Test func `a restriction is lifted only after the person was told`() async throws {
        try await withCompany { company in
            let requests = Self.requests(company)
            let before = try await company.administrator.retrieve("Contact", [company[.ren]], fields: nil)
            let request = try await Self.approved(.restriction, .ren, company)
            #expect(try await requests.preview(request.id).nodes.contains { $0.object == "Case" && $0.fate == .seal })
            _ = try await requests.carryOut(request.id)
            #expect(try await company.administrator.retrieve("Contact", [company[.ren]], fields: nil)[0] == nil)
            // The person can still ask for something: the register knows them.
            let other = try await requests.open(
                .init(.access, of: company.individual(.ren), channel: "Phone", language: "ja")
            )
            #expect(other.person == request.person)
            // And by any of their records, as the officer may have it.
            let third = try await requests.open(.init(.erasure, of: company[.ren], channel: "Phone", language: "ja"))
            #expect(third.person == request.person)

            let refusal = await #expect(throws: PlatformError.self) { try await requests.lift(request.id) }
            #expect(refusal?.message.contains("18(3)") == true)
            #expect(try await requests.announce(request.id, how: "Letter").status == .announced)
            #expect(try await requests.lift(request.id).status == .lifted)
            let after = try await company.administrator.retrieve("Contact", [company[.ren]], fields: nil)
            #expect(after[0]?["LastName"] == before[0]?["LastName"])
            #expect(after[0]?["SystemModstamp"] == before[0]?["SystemModstamp"])
            #expect(
                try await requests.steps(of: request.id).map(\.name).suffix(3) == ["Restricted", "Announced", "Lifted"])
        }
    }

    @Test func `an erasure is previewed, approved as decided, and certified`() async throws {
        try await withCompany { company in
            let requests = Self.requests(company)
            let asked = try await requests.open(
                .init(.erasure, of: company[.hina], channel: "Portal", reason: "全部消してください", language: "ja")
            )
            _ = try await requests.verify(asked.id, method: "Portal sign-in")
            var policy = try await requests.erasurePolicy(for: asked.id)
            policy.actions["Case"] = .anonymise
            let preview = try await requests.preview(asked.id, policy: policy)
            #expect(preview.nodes.contains { $0.object == "Case" && $0.fate == .anonymise })
            #expect(preview.nodes.contains { $0.fate == .redact })
            #expect(preview.places.contains { $0.fate == .redact && $0.place.kind == .mention })
            #expect(preview.edges.contains { $0.from == "Contact" && $0.to == "Case" })
            _ = try await requests.approve(asked.id, policy: policy)
            #expect(try await requests.steps(of: asked.id).last?.detail == "Case=anonymise")
            await #expect(throws: PlatformError(.notFound, "")) { try await requests.certificate(of: asked.id) }

            let done = try await requests.carryOut(asked.id)
            #expect(done.status == .carriedOut)
            #expect(done.reason == nil)
            #expect(try await company.administrator.retrieve("Contact", [company[.hina]], fields: nil)[0] == nil)
            let scarf = company.record("case.scarf")
            #expect(try await company.administrator.retrieve("Case", [scarf], fields: ["Id", "Description"])[0] != nil)
            let certificate = String(decoding: try await requests.certificate(of: asked.id), as: UTF8.self)
            #expect(certificate.contains(company.individual(.hina).description))
            #expect(!certificate.contains("田中"))
            #expect(try await requests.close(asked.id).status == .closed)
        }
    }

    @Test func `the rules keep a contract that names nobody, in the preview as in the erasure`() async throws {
        try await withCompany { company in
            let (requests, session) = (Self.requests(company), company.administrator)
            let account = try await session.createRow("Account", ["Name": "Albergo"])
            let contract = try await session.createRow(
                "Contract", ["AccountId": .id(account), "CustomerSignedId": .id(company[.giulia])]
            )
            let plan = try await requests.erasurePlan(of: company[.giulia])
            let kept = ErasurePlan.Decision.keep(ground: "legalDuty", until: "2036-11-23")
            #expect(plan.nodes.first { $0.object == "Contract" }?.decision == kept)
            #expect(plan.nodes.first { $0.object == "Contact" }?.decision == .delete)
            #expect(plan.records["Contract"] == [contract])

            let request = try await Self.approved(.erasure, .giulia, company)
            #expect(try await requests.erasurePolicy(for: request.id) == plan.policy)
            _ = try await requests.carryOut(request.id)
            #expect(try await session.retrieve("Contract", [contract], fields: ["Id"])[0] != nil)
            #expect(try await session.retrieve("Contact", [company[.giulia]], fields: ["Id"])[0] == nil)
        }
    }

    @Test func `a refusal needs a ground that the law has for the right`() async throws {
        try await withCompany { company in
            let requests = Self.requests(company)
            let asked = try await requests.open(.init(.access, of: company[.john], channel: "Desk", language: "en"))
            await #expect(throws: PlatformError(.invalidOperation, "")) {
                try await requests.refuse(asked.id, ground: "legalDuty")
            }
            let refused = try await requests.refuse(asked.id, ground: "unfounded")
            #expect(refused.status == .refused)
            #expect(try await requests.steps(of: asked.id).last?.detail == "GDPR Art. 12(5)")
            await #expect(throws: PlatformError(.invalidOperation, "")) {
                try await requests.verify(asked.id, method: "x")
            }
            #expect(try await requests.queue().isEmpty)
        }
    }

    @Test func `nobody approves their own request`() async throws {
        try await withCompany { company in
            let requests = Self.requests(company)
            try await company.administrator.updateRow(
                "Contact", company[.mary], ["Email": "Administrator@aoba.example"])
            let asked = try await requests.open(.init(.access, of: company[.mary], channel: "Desk", language: "en"))
            _ = try await requests.verify(asked.id, method: "Passport")
            await #expect(throws: PlatformError(.insufficientAccess, "")) { try await requests.approve(asked.id) }
        }
    }

    @Test func `an objection ends every channel, a correction says what was corrected`() async throws {
        try await withCompany { company in
            let requests = Self.requests(company)
            let objection = try await Self.approved(.objection, .lukas, company)
            _ = try await requests.carryOut(objection.id)
            for channel in ContactChannel.allCases {
                let decision = try await company.administrator.contactDecision(
                    channel, address: nil, person: company[.lukas]
                )
                #expect(!decision.isAllowed)
            }
            let correction = try await Self.approved(.rectification, .john, company)
            await #expect(throws: PlatformError(.missingArgument, "")) { try await requests.carryOut(correction.id) }
            let done = try await requests.carryOut(correction.id, note: "Contact.MailingCity")
            #expect(done.status == .carriedOut)
        }
    }

    @Test func `an act that was cut off is taken up again`() async throws {
        try await withCompany { company in
            let requests = Self.requests(company)
            let request = try await Self.approved(.restriction, .ren, company)
            // The deed was done, and the program ended before the register knew.
            _ = try await company.administrator.restrict(request.person, request: request.id)
            #expect(try await requests.carryOut(request.id).status == .carriedOut)
            _ = try await requests.announce(request.id, how: "Email")
            _ = try await company.administrator.lift(request: request.id)
            #expect(try await requests.lift(request.id).status == .lifted)
        }
    }

    @Test func `a request of nobody and of tomorrow is refused`() async throws {
        try await withCompany { company in
            let requests = Self.requests(company)
            await #expect(throws: PlatformError(.invalidCrossReferenceKey, "")) {
                try await requests.open(
                    .init(.access, of: company.record("purpose.offers"), channel: "Desk", language: "ja")
                )
            }
            await #expect(throws: PlatformError(.invalidOperation, "")) {
                try await requests.open(
                    .init(
                        .access, of: company[.ken], received: company.clock.now.adding(seconds: 1), channel: "Desk",
                        language: "ja"
                    )
                )
            }
        }
    }
}
