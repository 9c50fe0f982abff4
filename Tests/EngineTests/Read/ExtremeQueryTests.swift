import AzukariTesting
import Engine
import Records
import Testing

/// Queries and values at the edge of what is possible: each has a defined end.
struct ExtremeQueryTests {
    @Test func `ten thousand values stand in one list, and in the negated one`() async throws {
        try await Writing.withSession { session, _ in
            try await session.make("Contact", ["LastName": "n9999"])
            try await session.make("Contact", ["LastName": "other"])
            let list = (0..<10_000).map { "'n\($0)'" }.joined(separator: ",")
            #expect(try await session.rowCount("SELECT Id FROM Contact WHERE LastName IN (\(list))") == 1)
            #expect(try await session.rowCount("SELECT Id FROM Contact WHERE LastName NOT IN (\(list))") == 1)
        }
    }

    /// 100,000 characters are the platform's limit.
    @Test func `a query of a hundred thousand characters is answered, and a longer one refused`() async throws {
        try await Writing.withSession { session, _ in
            try await session.make("Contact", ["LastName": "a"])
            let start = "SELECT Id FROM Contact WHERE LastName = 'a' OR LastName IN ("
            let values = String(repeating: "'bbbbbb',", count: (100_000 - start.utf8.count - 10) / 9) + "'c')"
            let query = start + values
            #expect(try await session.rowCount(query + String(repeating: " ", count: 100_000 - query.utf8.count)) == 1)
            await #expect(throws: PlatformError(.malformedQuery, "")) {
                try await session.rowCount(query + String(repeating: " ", count: 100_001 - query.utf8.count))
            }
        }
    }

    @Test func `nested conditions are answered, or refused with a position`() async throws {
        try await Writing.withSession { session, _ in
            for depth in [10, 50, 59, 60, 100, 1_000, 20_000] {
                var mixed = "LastName = 'b'"
                for level in 0..<min(depth, 200) {
                    mixed = "LastName \(level % 2 == 0 ? "= 'x' OR" : "!= 'y' AND") (\(mixed))"
                }
                let open = String(repeating: "(", count: depth), close = String(repeating: ")", count: depth)
                for query in [
                    "SELECT Id FROM Contact WHERE \(mixed)",
                    "SELECT Id FROM Contact WHERE NOT (\(mixed)) AND LastName = 'b'",
                    "SELECT Id FROM Contact WHERE \(open)LastName = 'a'\(close)",
                    "SELECT Id FROM Contact WHERE " + String(repeating: "NOT (", count: depth / 2) + "LastName = 'a'"
                        + String(repeating: ")", count: depth / 2),
                ] {
                    do {
                        #expect(try await session.rowCount(query) == 0)
                    } catch {
                        let error = try #require(error as? PlatformError)
                        #expect(depth >= 59 && error.position != nil, "\(error.message.suffix(200))")
                        #expect(error.code == .malformedQuery || error.code == .queryTooComplicated)
                    }
                }
            }
        }
    }

    @Test func `a lookup refuses a circle of any length, and what refers to itself`() async throws {
        try await Writing.withSession { session, _ in
            var chain: [RecordID] = []
            for number in 0..<20 {
                let parent: Value = chain.last.map { .id($0) } ?? .null
                chain.append(try await session.make("Account", ["Name": .text("a\(number)"), "ParentId": parent]))
            }
            for end in [chain[0], chain[1], chain[19]] {
                let outcome = try await session.update(
                    Batch("Account", ["Id": .id(chain[0]), "ParentId": .id(end)]), onFailure: .keepGoing)
                #expect(outcome[0].errors.map(\.code) == [.circularDependency])
            }
            #expect(try await session.rowCount("SELECT Id FROM Account WHERE ParentId = NULL") == 1)
        }
    }

    @Test func `a date that the platform does not have is refused`() async throws {
        try await Writing.withSession { session, _ in
            for text in ["1699-12-31", "4001-01-01", "2026-02-30", "0000-00-00", "99999-01-01"] {
                let refusals = try await session.refusals("Contact", ["LastName": "a", "Birthdate": .text(text)])
                #expect(refusals.first?.fields == ["Birthdate"], "\(text)")
            }
            #expect(try await session.rowCount("SELECT Id FROM Contact") == 0)
        }
    }

    @Test func `the first and the last date of the platform are kept`() async throws {
        try await Writing.withSession { session, _ in
            for text in ["1700-01-01", "4000-12-31"] {
                try await session.make("Contact", ["LastName": "a", "Birthdate": .text(text)])
                #expect(try await session.rowCount("SELECT Id FROM Contact WHERE Birthdate = \(text)") == 1)
            }
        }
    }
}
