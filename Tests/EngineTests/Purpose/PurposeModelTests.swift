import AzukariTesting
import Engine
import Records
import Testing

/// Who is there under a purpose, in organisations made up by chance, against a plain look at what everybody decided.
struct PurposeModelTests {
    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `the predicate answers what a look at every consent answers, after every kind of change`(seed: UInt64)
        async throws
    {
        let clock = TestClock()
        try await Writing.withSession(clock: clock) { session, engine in
            var model = Model(session: session, clock: clock, random: ModelRandom(seed: seed))
            try await model.begin()
            let user = try await Staff.addUser("letters", profile: "System Administrator", session)
            let asker = try await engine.session(for: user, application: "Letters", purpose: "newsletter")
            for round in 0..<25 {
                for object in Model.objects {
                    let expected = model.there(object)
                    #expect(
                        Set(try await asker.query("SELECT Id FROM \(object)").compactMap(\.id)) == expected,
                        "\(object), round \(round), \(model.scope)")
                    #expect(try await asker.count("SELECT COUNT() FROM \(object)") == expected.count)
                }
                try await model.change()
            }
        }
    }
}

private struct Model {
    static let objects = ["Individual", "Contact", "Lead", "Case", "CaseComment", "Task", "Account"]

    let session: Session
    let clock: TestClock
    var random: ModelRandom
    var scope = "Everyone"

    private struct Row {
        let object: String
        /// What it belongs to, by lookup.
        var links: [String: RecordID] = [:]
        var isLeftAlone = false
    }

    private struct Consent {
        let person: RecordID
        let isForPurpose: Bool
        var status: String
        var from: Instant?
        var to: Instant?
    }

    private var rows: [RecordID: Row] = [:]
    private var consents: [RecordID: Consent] = [:]
    private var purposes: [RecordID] = []

    init(session: Session, clock: TestClock, random: ModelRandom) {
        self.session = session
        self.clock = clock
        self.random = random
    }

    // MARK: The evaluation

    func there(_ object: String) -> Set<RecordID> {
        Set(rows.filter { $0.value.object == object && isThere($0.key) }.map(\.key))
    }

    private func isThere(_ id: RecordID) -> Bool {
        guard let row = rows[id] else { return false }
        if scope == "Everyone" || row.object == "Account" { return true }
        if row.object == "Individual" { return agrees(id, isLeftAlone: row.isLeftAlone) }
        let people = row.links.values.filter { rows[$0]?.object != "Account" }
        if people.isEmpty { return scope == "NotOptedOut" }
        return people.allSatisfy(isThere)
    }

    private func agrees(_ person: RecordID, isLeftAlone: Bool) -> Bool {
        if isLeftAlone { return false }
        let now = clock.now
        let said = Set(
            consents.values.filter { consent in
                consent.person == person && consent.isForPurpose && (consent.from.map { $0 <= now } ?? true)
                    && (consent.to.map { $0 > now } ?? true)
            }.map(\.status))
        return scope == "OptedIn" ? said.contains("OptIn") : said.contains("OptIn") || !said.contains("OptOut")
    }

    // MARK: Making up

    mutating func begin() async throws {
        for name in ["newsletter", "surveys"] {
            purposes.append(
                try await session.make("DataUsePurpose", ["Name": .text(name), "DeveloperName": .text(name)]))
        }
        for object in ["Account", "Individual", "Contact", "Lead", "Case", "CaseComment", "Task"] {
            for _ in 0..<8 { try await addRow(object) }
        }
        for _ in 0..<12 { try await addConsent() }
    }

    mutating func change() async throws {
        switch random.number(0...5) {
        case 0:
            scope = random.one(of: ["Everyone", "NotOptedOut", "OptedIn", "OptedIn"])
            try await set("DataUsePurpose", purposes[0], ["SubjectScope": .text(scope)])
        case 1: try await addConsent()
        case 2:
            guard let id = consents.keys.sorted().randomElement(using: &random) else { return }
            let status = random.one(of: ["OptIn", "OptOut", "NotSeen", "OptInPending"])
            try await set("ContactPointTypeConsent", id, ["PrivacyConsentStatus": .text(status)])
            consents[id]?.status = status
        case 3: clock.advance(seconds: Int64(random.number(1...4)) * 3600)
        case 4:
            let id = random.one(of: rows.filter { $0.value.object == "Individual" }.map(\.key).sorted())
            let isLeftAlone = random.chance(50)
            let field = random.chance(50) ? "ShouldForget" : "HasOptedOutProcessing"
            try await set("Individual", id, ["ShouldForget": false, "HasOptedOutProcessing": false])
            try await set("Individual", id, [field: .boolean(isLeftAlone)])
            rows[id]?.isLeftAlone = isLeftAlone
        default: try await addRow(random.one(of: Self.objects))
        }
    }

    private mutating func set(_ object: String, _ id: RecordID, _ values: [String: Value]) async throws {
        var batch = Batch(object, ["Id": .id(id)])
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            batch.fields.append(name)
            batch.rows[0].append(value)
        }
        _ = try await session.update(batch, onFailure: .rollbackAll)
    }

    private mutating func addRow(_ object: String) async throws {
        let fields: [String: [(String, [String])]] = [
            "Contact": [("IndividualId", ["Individual"])], "Lead": [("IndividualId", ["Individual"])],
            "Case": [("ContactId", ["Contact"])], "CaseComment": [("ParentId", ["Case"])],
            "Task": [("WhoId", ["Contact", "Lead"]), ("WhatId", ["Case", "Account"])],
        ]
        var row = Row(object: object)
        for (field, parents) in fields[object] ?? [] where object == "CaseComment" || !random.chance(25) {
            let parent = random.one(of: parents)
            let candidates = rows.filter { $0.value.object == parent }.map(\.key).sorted()
            // A lead's task is about nothing else, as the platform has it.
            if field == "WhatId", let who = row.links["WhoId"], rows[who]?.object == "Lead" { continue }
            row.links[field] = random.one(of: candidates)
        }
        let names = [
            "Account": "Name", "Individual": "LastName", "Contact": "LastName", "Lead": "LastName", "Case": "Subject",
            "CaseComment": "CommentBody", "Task": "Subject",
        ]
        var batch = Batch(object, [names[object] ?? "Name": "x"])
        if object == "Lead" {
            batch.fields.append("Company")
            batch.rows[0].append("y")
        }
        for (field, parent) in row.links.sorted(by: { $0.key < $1.key }) {
            batch.fields.append(field)
            batch.rows[0].append(.id(parent))
        }
        let outcome = try await session.create(batch, onFailure: .rollbackAll)[0]
        rows[try #require(outcome.id, "\(outcome.errors.map(\.message))")] = row
    }

    private mutating func addConsent() async throws {
        let person = random.one(of: rows.filter { $0.value.object == "Individual" }.map(\.key).sorted())
        let isForPurpose = random.chance(80)
        var consent = Consent(
            person: person, isForPurpose: isForPurpose, status: random.one(of: ["OptIn", "OptOut", "NotSeen"]))
        if random.chance(40) { consent.from = clock.now.adding(seconds: Int64(random.number(-8...8)) * 1800) }
        if random.chance(40) { consent.to = clock.now.adding(seconds: Int64(random.number(1...20)) * 1800) }
        let id = try await session.make(
            "ContactPointTypeConsent",
            [
                "Name": "x", "PartyId": .id(person), "DataUsePurposeId": .id(purposes[isForPurpose ? 0 : 1]),
                "ContactPointType": .text(random.one(of: ["Email", "Phone", "Web"])),
                "PrivacyConsentStatus": .text(consent.status),
                "EffectiveFrom": consent.from.map(Value.datetime) ?? .null,
                "EffectiveTo": consent.to.map(Value.datetime) ?? .null,
            ])
        consents[id] = consent
    }
}
