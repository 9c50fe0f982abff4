import AzukariTesting
import Engine
import Records
import Testing

/// Several writes in one transaction.
struct TogetherTests {
    private struct Stop: Error {}

    @Test func `all is kept, and each sees what was written before it`() async throws {
        try await Writing.withSession { session, _ in
            let names = try await session.together { session in
                let account = try await session.make("Account", ["Name": "A"])
                let contact = try await session.make("Contact", ["LastName": "x", "AccountId": .id(account)])
                let rows = try await session.query(
                    "SELECT Account.Name FROM Contact WHERE Id = :id", bindings: ["id": .one(.id(contact))])
                _ = try await session.update(
                    Batch("Account", ["Id": .id(account), "Site": "S"]), onFailure: .rollbackAll)
                let read = try await session.retrieve("Account", [account], fields: ["Site"])
                let page = try await session.page("SELECT Id FROM Account", size: 200)
                #expect(page.totalSize == 1)
                return [rows[0]["Account.Name"].text, read[0]?["Site"].text]
            }
            #expect(names == ["A", "S"])
            #expect(try await session.rowCount("SELECT Id FROM Contact") == 1)
            #expect(try await session.search("x", in: ["Contact"], limit: 5).count == 1)
        }
    }

    @Test func `nothing is kept when it throws, and the next write goes on`() async throws {
        try await withOrganisation { engine, _ in
            let session = engine.systemSession(as: .operator, reason: "test")
            let before = try await session.make("Contact", ["LastName": "before"])
            await #expect(throws: Stop.self) {
                try await session.together { session in
                    try await session.make("Contact", ["LastName": "undone"])
                    let deleted = try await session.delete([before], onFailure: .rollbackAll)
                    #expect(!deleted[0].isRefused)
                    #expect(try await session.rowCount("SELECT Id FROM Contact") == 1)
                    throw Stop()
                }
            }
            #expect(try await session.rowCount("SELECT Id FROM Contact") == 1)
            let after = try await session.make("Contact", ["LastName": "after"])
            #expect(after != before)
            #expect(try await session.search("undone", in: nil, limit: 5).isEmpty)
            // The change log says what is there.
            let findings = await engine.examine()
            #expect(findings.allSatisfy { $0.isSound }, "\(findings)")
        }
    }

    @Test func `a write that is refused inside leaves the others`() async throws {
        try await Writing.withSession { session, _ in
            try await session.together { session in
                try await session.make("Account", ["Name": "kept"])
                let all = try await session.create(
                    Batch("Account", fields: ["Name", "Site"], rows: [["undone", .null], [.null, "x"]]),
                    onFailure: .rollbackAll)
                #expect(
                    all.map { $0.errors.map(\.code) } == [[.allOrNoneOperationRolledBack], [.requiredFieldMissing]])
                await #expect(throws: PlatformError.self) { _ = try await session.query("SELECT Nope FROM Account") }
            }
            #expect(try await session.query("SELECT Name FROM Account").map { $0["Name"].text } == ["kept"])
        }
    }

    @Test func `others wait with their writes, and read what is committed`() async throws {
        try await Writing.withSession { session, _ in
            async let other: RecordID = {
                try await session.make("Account", ["Name": "other"])
            }()
            try await session.together { held in
                try await held.make("Account", ["Name": "held"])
                #expect(try await session.rowCount("SELECT Id FROM Account WHERE Name = 'held'") == 0)
                try await held.make("Account", ["Name": "held"])
            }
            _ = try await other
            #expect(try await session.rowCount("SELECT Id FROM Account") == 3)
        }
    }

    @Test func `one inside another is part of it`() async throws {
        try await Writing.withSession { session, _ in
            await #expect(throws: Stop.self) {
                try await session.together { session in
                    _ = try await session.together { try await $0.make("Account", ["Name": "inner"]) }
                    throw Stop()
                }
            }
            let count = try await session.rowCount("SELECT Id FROM Account")
            #expect(count == 0)
        }
    }

    @Test func `a schema that was undone with its transaction is forgotten`() async throws {
        try await Writing.withSession { session, _ in
            let type: KeyValuePairs<String, Value> = ["Name": "T", "DeveloperName": "T", "SobjectType": "Account"]
            await #expect(throws: Stop.self) {
                try await session.together { session in
                    try await session.make("RecordType", type)
                    _ = try await session.schema()
                    throw Stop()
                }
            }
            try await session.make("RecordType", type)
            #expect(try await session.query("SELECT Id FROM RecordType").count == 1)
        }
    }
}
