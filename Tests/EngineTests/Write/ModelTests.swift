import AzukariTesting
import Engine
import Records
import Testing

/// Random writes against the door and against a dictionary that says what should be there.
struct ModelTests {
    private struct Person: Equatable {
        var last: String
        var key: String?
        var isDeleted = false
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `the door does what a dictionary does`(seed: UInt64) async throws {
        try await Writing.withSession { session, engine in
            var ext = NewField(name: "Ext__c", type: .string, label: "Ext", labelJa: "外部 ID")
            ext.field.isUnique = true
            ext.field.isExternalID = true
            try await session.addField(ext, to: "Contact")
            var random = ModelRandom(seed: seed)
            var model: [RecordID: Person] = [:]
            for _ in 0..<80 {
                try await step(&model, &random, session)
            }
            try await compare(model, session)
            #expect(try await engine.checkChanges().damage == nil)
        }
    }

    private func step(_ model: inout [RecordID: Person], _ random: inout ModelRandom, _ session: Session) async throws {
        let onFailure: OnFailure = Bool.random(using: &random) ? .rollbackAll : .keepGoing
        let known = model.keys.sorted()
        switch Int.random(in: 0..<5, using: &random) {
        case 0, 1:
            let rows = (0..<Int.random(in: 1...4, using: &random)).map { _ in person(&random) }
            let outcomes = try await session.create(
                Batch("Contact", fields: ["LastName", "Ext__c"], rows: rows.map { [.text($0.last), text($0.key)] }),
                onFailure: onFailure
            )
            apply(outcomes, onFailure, &model) { place, id, model in
                if rows[place].last.isEmpty || isTaken(rows[place].key, besides: id, model) { return nil }
                return rows[place]
            }
        case 2 where !known.isEmpty:
            let chosen = Array(known.shuffled(using: &random).prefix(3))
            let new = chosen.map { _ in person(&random) }
            let before = model
            let outcomes = try await session.update(
                Batch(
                    "Contact", fields: ["Id", "LastName", "Ext__c"],
                    rows: zip(chosen, new).map { [.id($0), .text($1.last), text($1.key)] }
                ), onFailure: onFailure
            )
            apply(outcomes, onFailure, &model) { place, _, model in
                let id = chosen[place]
                if before[id]?.isDeleted == true || new[place].last.isEmpty { return nil }
                return isTaken(new[place].key, besides: id, model) ? nil : new[place]
            }
        case 3 where !known.isEmpty:
            let chosen = Array(known.shuffled(using: &random).prefix(2))
            let outcomes = try await session.delete(chosen, onFailure: onFailure)
            apply(outcomes, onFailure, &model) { place, _, model in
                guard var person = model[chosen[place]], !person.isDeleted else { return nil }
                person.isDeleted = true
                return person
            }
        case 4 where !known.isEmpty:
            let chosen = Array(known.shuffled(using: &random).prefix(2))
            let outcomes = try await session.undelete(chosen, onFailure: onFailure)
            apply(outcomes, onFailure, &model) { place, _, model in
                guard var person = model[chosen[place]], person.isDeleted,
                    !isTaken(person.key, besides: chosen[place], model)
                else { return nil }
                person.isDeleted = false
                return person
            }
        default: break
        }
    }

    /// Checks that exactly the rows that the model takes were done, and does them in the model.
    private func apply(
        _ outcomes: [Outcome], _ onFailure: OnFailure, _ model: inout [RecordID: Person],
        _ next: (Int, RecordID?, [RecordID: Person]) -> Person?
    ) {
        var trial = model
        var expected: [Bool] = []
        for (place, outcome) in outcomes.enumerated() {
            // A row that was rolled back has no id; any that nobody has will do for the trial.
            let id = outcome.id ?? RecordID(rawValue: Int64(place))
            if let person = next(place, outcome.id, trial) {
                trial[outcome.id ?? id] = person
                expected.append(true)
            } else {
                expected.append(false)
            }
        }
        if onFailure == .rollbackAll, expected.contains(false) {
            let done = outcomes.filter { !$0.isRefused }
            #expect(done.isEmpty)
            return
        }
        #expect(outcomes.map { !$0.isRefused } == expected)
        model = trial.filter { $0.key.rawValue >= 10 }
    }

    private func compare(_ model: [RecordID: Person], _ session: Session) async throws {
        var found: [RecordID: Person] = [:]
        for record in try await session.query("SELECT Id, LastName, Ext__c, IsDeleted FROM Contact", deleted: .with) {
            let id = try #require(record["Id"].id)
            found[id] = Person(
                last: record["LastName"].text ?? "", key: record["Ext__c"].text, isDeleted: record["IsDeleted"] == true
            )
        }
        #expect(found == model)
        for (id, person) in model.prefix(10) {
            let hits = try await session.search(person.last, in: ["Contact"], limit: 200)
            #expect(hits.contains { $0.id == id } == !person.isDeleted)
        }
    }

    private func person(_ random: inout ModelRandom) -> Person {
        let last = Int.random(in: 0..<8, using: &random) == 0 ? "" : "Name\(Int.random(in: 0..<1000, using: &random))"
        return Person(last: last, key: Bool.random(using: &random) ? "K\(Int.random(in: 0..<12, using: &random))" : nil)
    }

    private func isTaken(_ key: String?, besides id: RecordID?, _ model: [RecordID: Person]) -> Bool {
        guard let key else { return false }
        return model.contains { $0.key != id && $0.value.key == key && !$0.value.isDeleted }
    }

    private func text(_ text: String?) -> Value { text.map(Value.text) ?? .null }
}
