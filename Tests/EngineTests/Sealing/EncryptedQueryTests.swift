import AzukariTesting
import Records
import Testing

@testable import Engine

@Suite struct `A query over an encrypted field` {
    private static let texts: [String?] = [
        "Taro", "taro", "TARO", "佐藤", "佐藤 健一", nil, "x", "O'Neil", "100%", "Taro",
        String(repeating: "a", count: 60) + "1", String(repeating: "a", count: 60) + "2",
    ]

    /// Conditions that can be asked of deterministic values.
    private static let conditions = [
        "# = 'Taro'", "# = 'taro'", "# != 'Taro'", "NOT # = '佐藤'", "# IN ('x', '佐藤', 'none')",
        "# NOT IN ('x', '佐藤')", "# = null", "# != null", "# IN ('x', null)", "(# = 'x' OR Clear__c = 'O\\'Neil')",
        "# = 'O\\'Neil' AND Clear__c != null", "# = '100%'", "# = ''",
    ]

    private func answers(_ sealed: Sealed, _ field: String, groups: Bool) async throws -> [String] {
        var answers: [String] = []
        for condition in Self.conditions {
            let condition = condition.replacing("#", with: field)
            let ids = try await sealed.session.query("SELECT Id FROM Contact WHERE \(condition) ORDER BY Id")
            answers.append(ids.map(\.line).joined(separator: " "))
            answers.append("\(try await sealed.session.count("SELECT COUNT() FROM Contact WHERE \(condition)"))")
        }
        guard groups else { return answers }
        let counts = try await sealed.session.query(
            "SELECT COUNT(\(field)) a, COUNT_DISTINCT(\(field)) b FROM Contact")
        answers.append(counts.map { "\($0["a"]) \($0["b"])" }.joined())
        let groups = try await sealed.session.query("SELECT \(field) g, COUNT(Id) n FROM Contact GROUP BY \(field)")
        answers.append(
            groups.map { "\("\($0["g"])".lowercased()) \($0["n"])" }.sorted().joined(separator: ", "))
        return answers
    }

    /// Fields compare without case unless they say otherwise, so a scheme without case answers as the clear field does, at every
    /// moment: before, while what is stored is being sealed, sealed anew and opened, and in between.
    @Test func `answers as the clear field does, at every step of every change`() async throws {
        try await Sealed.with { sealed in
            for text in Self.texts { try await sealed.make(text) }
            func check(_ moment: String, groups: Bool = true) async throws {
                let expected = try await answers(sealed, "Clear__c", groups: groups)
                #expect(try await answers(sealed, "Secret__c", groups: groups) == expected, "\(moment)")
            }
            try await check("in the beginning")
            func settle(_ moment: String) async throws {
                var steps = 0
                repeat {
                    try await check("\(moment), step \(steps)", groups: false)
                    let error = await #expect(throws: PlatformError(.invalidField, "")) {
                        try await sealed.session.query("SELECT COUNT(Id) FROM Contact GROUP BY Secret__c")
                    }
                    #expect(error?.message.contains("repeat the call later") == true)
                    steps += 1
                } while try await sealed.engine.settleSealing(atMost: 3).map { !$0.isSettled } ?? false
                #expect(steps > 3)
                try await check("\(moment), settled")
            }
            try await sealed.encrypt(.caseInsensitive, settled: false)
            try await settle("sealing")
            try await sealed.make("taro")
            try await check("sealed, and one more")
            try await sealed.session.rotateFieldSecret()
            try await sealed.make("TARO")
            try await settle("sealing anew")
            try await sealed.session.decrypt("Secret__c", of: "Contact")
            try await sealed.make("tarO")
            try await settle("opening")
        }
    }

    @Test(arguments: [
        "SELECT Id FROM Contact WHERE # LIKE 'T%'", "SELECT Id FROM Contact WHERE # > 'a'",
        "SELECT Id FROM Contact ORDER BY #", "SELECT MIN(#) FROM Contact", "SELECT MAX(#) FROM Contact",
        "SELECT #, COUNT(Id) FROM Contact GROUP BY ROLLUP(#)",
        "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE # LIKE 'x%')",
    ])
    func `says what cannot be asked, whatever the scheme`(_ soql: String) async throws {
        try await Sealed.with { sealed in
            try await sealed.make("x")
            try await sealed.encrypt(.deterministic)
            let error = await #expect(throws: PlatformError(.invalidField, "")) {
                try await sealed.session.query(soql.replacing("#", with: "Secret__c"))
            }
            #expect(error?.message.contains("Secret__c") == true)
            #expect(try await sealed.session.query(soql.replacing("#", with: "Clear__c")).count >= 0)
        }
    }

    @Test(arguments: [
        "SELECT Id FROM Contact WHERE # = 'x'", "SELECT Id FROM Contact WHERE # IN ('x')",
        "SELECT #, COUNT(Id) FROM Contact GROUP BY #", "SELECT COUNT_DISTINCT(#) FROM Contact",
    ])
    func `says what cannot be asked of values that tell nothing`(_ soql: String) async throws {
        try await Sealed.with { sealed in
            try await sealed.make("x")
            try await sealed.encrypt(.probabilistic)
            await #expect(throws: PlatformError(.invalidField, "")) {
                try await sealed.session.query(soql.replacing("#", with: "Secret__c"))
            }
            #expect(try await sealed.session.rowCount("SELECT Id FROM Contact WHERE Secret__c = null") == 0)
            #expect(try await sealed.session.rowCount("SELECT Id FROM Contact WHERE Secret__c != null") == 1)
            #expect(try await sealed.session.rowCount("SELECT COUNT(Secret__c) FROM Contact") == 1)
        }
    }

    @Test func `with case told, tells it`() async throws {
        try await Sealed.with { sealed in
            for text in Self.texts { try await sealed.make(text) }
            try await sealed.encrypt(.deterministic)
            #expect(try await sealed.session.rowCount("SELECT Id FROM Contact WHERE Secret__c = 'Taro'") == 2)
            #expect(try await sealed.session.rowCount("SELECT Id FROM Contact WHERE Secret__c = 'taro'") == 1)
            #expect(try await sealed.session.rowCount("SELECT Id FROM Contact WHERE Secret__c = 'tarO'") == 0)
        }
    }

    @Test(arguments: [true, false]) func `finds its record by a key`(_ isSettled: Bool) async throws {
        try await Sealed.with(unique: true) { sealed in
            let id = try await sealed.make("K-1")
            try await sealed.make("K-2")
            try await sealed.encrypt(.caseInsensitive, settled: isSettled)
            let twin = try await sealed.session.create(
                Batch("Contact", ["LastName": "B", "Secret__c": "k-1"]), onFailure: .keepGoing)
            #expect(twin[0].errors.map(\.code) == [.duplicateValue])
            #expect(twin[0].errors.first?.message.contains(id.text15) == true)
            let outcome = try await sealed.session.upsert(
                Batch("Contact", ["Secret__c": "k-1", "LastName": "changed"]), by: "Secret__c", onFailure: .keepGoing)
            #expect(outcome[0].id == id)
            let found = try await sealed.session.find("Contact", "Secret__c", equals: "K-1", fields: ["LastName"])
            #expect(found.map { $0["LastName"] } == ["changed"])
            // The other's value is refused in a change too, one's own is not.
            let taken = try await sealed.session.update(
                Batch("Contact", ["Id": .id(id), "Secret__c": "K-2"]), onFailure: .keepGoing)
            #expect(taken[0].errors.map(\.code) == [.duplicateValue])
            let own = try await sealed.session.update(
                Batch("Contact", ["Id": .id(id), "Secret__c": "K-1"]), onFailure: .keepGoing)
            #expect(own[0].errors.isEmpty)
            try await sealed.engine.settleSealing()
            #expect(try await sealed.secret(id) == "K-1")
        }
    }
}
