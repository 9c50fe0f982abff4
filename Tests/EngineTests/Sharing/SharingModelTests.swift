import AzukariTesting
import Engine
import Records
import Testing

/// Tens of thousands of questions of who sees what, in organisations made up by chance and changed again and again.
struct SharingModelTests {
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `the predicate answers what a look at every rule answers, after every kind of change`(seed: UInt64)
        async throws
    {
        try await Writing.withSession { session, engine in
            var random = ModelRandom(seed: seed)
            var company = SharingModelCompany(session, engine)
            try await company.begin(&random)
            var differences = try await company.differences()
            for _ in 0..<15 where differences.isEmpty {
                let change = try await company.change(&random)
                differences = try await company.differences().map { "after \(change): \($0)" }
            }
            #expect(differences.isEmpty, "\(differences.prefix(5).joined(separator: "\n"))")
        }
    }
}

extension SharingModelCompany {
    // MARK: Comparing

    /// What the door answers otherwise than the evaluation.
    func differences() async throws -> [String] {
        var found: [String] = []
        for user in users.keys.sorted() {
            let asker = try await engine.session(for: user, application: "tests", purpose: "customerService")
            for object in Self.objects {
                let expected = Set(
                    rows.filter { $0.value.object == object && level(of: $0.key, for: user) != nil }.map(\.key))
                let seen = Set(try await asker.query("SELECT Id FROM \(object)").compactMap(\.id))
                for id in expected.symmetricDifference(seen).sorted() {
                    found.append("\(object) \(id) of \(user): sees it: \(seen.contains(id))")
                }
                if try await asker.count("SELECT COUNT() FROM \(object)") != seen.count {
                    found.append("\(object): counted otherwise than read")
                }
            }
        }
        // One of each object is asked for how far, by everybody.
        for object in Self.objects {
            for id in rows.filter({ $0.value.object == object }).map(\.key).sorted().prefix(2) {
                for user in users.keys {
                    let asker = try await engine.session(for: user, application: "tests", purpose: "customerService")
                    let (told, should) = (try await asker.level(of: id), level(of: id, for: user))
                    if told != should {
                        found.append(
                            "\(object) \(id) of \(user): \(told?.rawValue ?? 0), not \(should?.rawValue ?? 0)")
                    }
                }
            }
        }
        return found
    }

    // MARK: Making up

    mutating func begin(_ random: inout ModelRandom) async throws {
        for number in 0..<7 {
            let parent = roles.isEmpty || random.chance(15) ? nil : random.one(of: roles.keys.sorted())
            try await addRole("R\(number)", under: parent, &random)
        }
        try await readRoleGroups()
        for number in 0..<8 { try await addUser(number, &random) }
        for number in 0..<4 { try await addGroup(number, &random) }
        for _ in 0..<5 { try await addMember(&random) }
        for object in ["Account", "Individual", "Contact", "Lead", "Case", "CaseComment", "Task"] {
            for _ in 0..<(object == "Case" ? 16 : 10) { try await addRow(object, &random) }
        }
        for object in ["Account", "Contact", "Case", "Lead", "Individual"] {
            try await setModel(of: object, random.one(of: [.private, .private, .read, .readWrite]))
        }
        for _ in 0..<4 { try await addRule(&random) }
        for _ in 0..<4 { try await addShare(&random) }
    }

    /// One change of any kind; what it was.
    mutating func change(_ random: inout ModelRandom) async throws -> String {
        switch random.number(0...11) {
        case 0:
            let role = random.one(of: roles.keys.sorted())
            let parent = random.chance(20) ? nil : random.one(of: roles.keys.sorted())
            // A circle is refused, and leaves all as it was.
            let outcome = try await set("UserRole", role, "ParentRoleId", parent.map { .id($0) } ?? .null)
            if outcome { roles[role]?.parent = parent }
            return "a role's parent"
        case 1:
            let user = random.one(of: users.keys.sorted())
            let role = random.chance(20) ? nil : random.one(of: roles.keys.sorted())
            guard try await set("User", user, "UserRoleId", role.map { .id($0) } ?? .null) else { return "nothing" }
            users[user] = .some(role)
            return "a user's role"
        case 2:
            try await addMember(&random)
            return "a group's member"
        case 3:
            try await addRule(&random)
            return "a new rule"
        case 4:
            guard let id = rules.keys.sorted().randomElement(using: &random) else { return "nothing" }
            guard try await session.delete([id], onFailure: .rollbackAll)[0].errors.isEmpty else { return "nothing" }
            rules[id] = nil
            return "a rule that went"
        case 5:
            try await addShare(&random)
            return "a new share"
        case 6:
            guard let id = shares.keys.sorted().randomElement(using: &random) else { return "nothing" }
            guard try await session.delete([id], onFailure: .rollbackAll)[0].errors.isEmpty else { return "nothing" }
            shares[id] = nil
            return "a share that went"
        case 7:
            let object = random.one(of: ["Account", "Contact", "Case", "Lead", "Individual"])
            var choices: [SharingModel] = [.private, .read, .readWrite]
            if object == "Contact" { choices.append(.controlledByParent) }
            try await setModel(of: object, random.one(of: choices))
            return "the default of \(object)"
        case 8, 9:
            let owned = rows.filter { $0.value.owner != nil }.map(\.key).sorted()
            let id = random.one(of: owned)
            let owner = owner(of: rows[id]?.object ?? "", &random)
            guard try await set(rows[id]?.object ?? "", id, "OwnerId", .id(owner)) else { return "nothing" }
            rows[id]?.owner = owner
            return "an owner"
        case 10:
            let id = random.one(of: rows.filter { Self.words[$0.value.object] != nil }.map(\.key).sorted())
            guard let row = rows[id], let field = Self.words[row.object] else { return "nothing" }
            let word = random.one(of: ["red", "blue"])
            guard try await set(row.object, id, field, .text(word)) else { return "nothing" }
            rows[id]?.word = word
            return "a word"
        default:
            try await addRow(random.one(of: Self.objects), &random)
            return "a new record"
        }
    }

    private func set(_ object: String, _ id: RecordID, _ field: String, _ value: Value) async throws -> Bool {
        let outcome = try await session.update(
            Batch(object, ["Id": .id(id), field: value]), onFailure: .rollbackAll)[0]
        return outcome.errors.isEmpty
    }

    private mutating func addRole(_ name: String, under parent: RecordID?, _ random: inout ModelRandom) async throws {
        let cases = random.one(of: [nil, AccessLevel.read, .edit])
        let id = try await session.make(
            "UserRole",
            [
                "Name": .text(name), "ParentRoleId": parent.map { .id($0) } ?? .null,
                "CaseAccessForAccountOwner": .text(cases.map { $0 == .read ? "Read" : "Edit" } ?? "None"),
            ])
        roles[id] = Role(parent: parent, cases: cases)
    }

    private mutating func readRoleGroups() async throws {
        for row in try await session.query("SELECT Id, Type, RelatedId FROM Group") {
            guard let id = row.id, let kind = row["Type"].text else { continue }
            groups[id] = Group(kind: kind, related: row["RelatedId"].id, takesBosses: false)
        }
    }

    private mutating func addUser(_ number: Int, _ random: inout ModelRandom) async throws {
        let role = random.chance(15) ? nil : random.one(of: roles.keys.sorted())
        let profile = try await session.query("SELECT Id FROM Profile WHERE Name = 'Standard User'")[0]
        let id = try await session.make(
            "User",
            [
                "LastName": .text("U\(number)"), "Username": .text("u\(number)@example.com"),
                "Email": .text("u\(number)@example.com"), "Alias": .text("u\(number)"),
                "ProfileId": profile["Id"], "UserRoleId": role.map { .id($0) } ?? .null,
                "EmailEncodingKey": "UTF-8", "IsActive": true,
            ])
        users[id] = .some(role)
    }

    private mutating func addGroup(_ number: Int, _ random: inout ModelRandom) async throws {
        let kind = number == 0 ? "Queue" : "Regular"
        let takesBosses = random.chance(50)
        let id = try await session.make(
            "Group",
            ["Name": .text("G\(number)"), "Type": .text(kind), "DoesIncludeBosses": .boolean(takesBosses)])
        groups[id] = Group(kind: kind, related: nil, takesBosses: takesBosses)
    }

    private mutating func addMember(_ random: inout ModelRandom) async throws {
        let own = groups.filter { ["Queue", "Regular"].contains($0.value.kind) }.map(\.key).sorted()
        let group = random.one(of: own)
        let member = random.chance(60) ? random.one(of: users.keys.sorted()) : random.one(of: groups.keys.sorted())
        guard !isWithin(group, member), groups[group]?.members.contains(member) == false else { return }
        try await session.make("GroupMember", ["GroupId": .id(group), "UserOrGroupId": .id(member)])
        groups[group]?.members.insert(member)
    }

    /// Whether a group stands in another, or is it: the evaluation would not end.
    private func isWithin(_ group: RecordID, _ other: RecordID) -> Bool {
        group == other || groups[other]?.members.contains { isWithin(group, $0) } ?? false
    }

    private mutating func addRule(_ random: inout ModelRandom) async throws {
        let object = random.one(of: ["Account", "Contact", "Case", "Lead", "Individual"])
        guard let field = Self.words[object] else { return }
        let all = groups.keys.sorted()
        let rule = Rule(
            object: object, kind: random.one(of: ["Owner", "Owner", "Criteria", "Criteria", "Restriction"]),
            from: random.one(of: all), to: random.one(of: all), level: random.one(of: [.read, .edit]),
            priority: random.one(of: ["red", "blue"]))
        let isByOwner = rule.kind == "Owner"
        let id = try await session.make(
            "SharingRule",
            [
                "Name": "Rule", "SobjectType": .text(object), "Type": .text(rule.kind), "SharedToId": .id(rule.to),
                "SharedFromId": isByOwner ? rule.from.map { .id($0) } ?? .null : .null,
                "AccessLevel": .text(rule.level == .read ? "Read" : "Edit"),
                "Criteria": isByOwner ? .null : .text("\(field) = '\(rule.priority)'"),
            ])
        rules[id] = rule
    }

    private mutating func addShare(_ random: inout ModelRandom) async throws {
        let object = random.one(of: ["Account", "Contact", "Case", "Lead", "Individual"])
        let record = random.one(of: rows.filter { $0.value.object == object }.map(\.key).sorted())
        let to = random.chance(50) ? random.one(of: users.keys.sorted()) : random.one(of: groups.keys.sorted())
        let level = random.one(of: [AccessLevel.read, .edit, .all])
        let names = [AccessLevel.read: "Read", .edit: "Edit", .all: "All"]
        let cases = object == "Account" ? random.one(of: [nil, AccessLevel.read, .edit]) : nil
        var values: [(String, Value)] = [
            ("\(object)Id", .id(record)), ("UserOrGroupId", .id(to)),
            ("\(object)AccessLevel", .text(names[level] ?? "")),
        ]
        if object == "Account" { values.append(("CaseAccessLevel", .text(cases.flatMap { names[$0] } ?? "None"))) }
        let outcome = try await session.create(
            Batch("\(object)Share", fields: values.map(\.0), rows: [values.map(\.1)]), onFailure: .rollbackAll)[0]
        guard let id = outcome.id else { throw outcome.errors[0] }
        shares[id] = Share(record: record, to: to, level: level, cases: cases)
    }

    private mutating func setModel(of object: String, _ model: SharingModel) async throws {
        try await session.setSharing(model, of: object)
        models[object] = model
    }

    private func owner(of object: String, _ random: inout ModelRandom) -> RecordID {
        let queue = groups.first { $0.value.kind == "Queue" }?.key
        if ["Case", "Lead", "Task"].contains(object), let queue, random.chance(25) { return queue }
        return random.one(of: users.keys.sorted())
    }

    private mutating func addRow(_ object: String, _ random: inout ModelRandom) async throws {
        func some(_ object: String, _ percent: Int) -> RecordID? {
            let all = rows.filter { $0.value.object == object }.map(\.key).sorted()
            return all.isEmpty || !random.chance(percent) ? nil : random.one(of: all)
        }
        var row = Row(
            object: object, owner: object == "CaseComment" ? nil : owner(of: object, &random), creator: session.user,
            word: random.one(of: ["red", "blue"]))
        var values: [(String, Value)] = row.owner.map { [("OwnerId", .id($0))] } ?? []
        var lookups: [(String, RecordID?)] = []
        switch object {
        case "Account": values.append(("Name", "A"))
        case "Individual": values.append(("LastName", "I"))
        case "Contact":
            values.append(("LastName", "C"))
            lookups = [("AccountId", some("Account", 70)), ("IndividualId", some("Individual", 60))]
        case "Lead":
            values += [("LastName", "L"), ("Company", "K")]
            lookups = [("IndividualId", some("Individual", 60))]
        case "Case": lookups = [("AccountId", some("Account", 70))]
        case "CaseComment": lookups = [("ParentId", some("Case", 100))]
        default:
            values.append(("Subject", "T"))
            lookups = [
                ("WhatId", random.chance(50) ? some("Case", 80) : some("Account", 80)),
                ("WhoId", random.chance(50) ? some("Contact", 50) : nil),
            ]
        }
        if let field = Self.words[object] { values.append((field, .text(row.word))) }
        for case (let field, let id?) in lookups {
            row.parents[field] = id
            values.append((field, .id(id)))
        }
        let outcome = try await session.create(
            Batch(object, fields: values.map(\.0), rows: [values.map(\.1)]), onFailure: .rollbackAll)[0]
        guard let id = outcome.id else { throw outcome.errors[0] }
        rows[id] = row
    }
}
