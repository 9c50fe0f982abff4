import AzukariTesting
import Engine
import Records
import Testing

struct UpsertTests {
    private func withKeys(_ body: (Session) async throws -> Void) async throws {
        try await Writing.withSession { session, _ in
            var ext = NewField(name: "Ext__c", type: .string, label: "Ext", labelJa: "外部 ID")
            ext.field.isExternalID = true
            try await session.addField(ext, to: "Contact")
            try await body(session)
        }
    }

    @Test func `what has the key is changed, what has not is created`() async throws {
        try await withKeys { session in
            let known = try await session.make("Contact", ["LastName": "old", "Ext__c": "K1"])
            let outcomes = try await session.upsert(
                Batch(
                    "Contact", fields: ["Ext__c", "LastName"], rows: [["k1", "new"], ["K2", "other"], [nil, "none"]]),
                by: "Ext__c", onFailure: .keepGoing
            )
            guard case .done(let first, let wasCreated) = outcomes[0] else { throw outcomes[0].errors[0] }
            #expect(first == known)
            #expect(!wasCreated)
            guard case .done(_, let isCreated) = outcomes[1] else { throw outcomes[1].errors[0] }
            #expect(isCreated)
            #expect(outcomes[2].errors.map(\.code) == [.missingArgument])
            #expect(try await session.record("Contact", known, ["LastName"])["LastName"] == "new")
        }
    }

    @Test func `a key of several records or twice in a batch is refused`() async throws {
        try await withKeys { session in
            try await session.make("Contact", ["LastName": "a", "Ext__c": "K1"])
            try await session.make("Contact", ["LastName": "b", "Ext__c": "K1"])
            let outcomes = try await session.upsert(
                Batch("Contact", fields: ["Ext__c", "LastName"], rows: [["K1", "x"], ["K2", "y"], ["k2", "z"]]),
                by: "Ext__c", onFailure: .keepGoing
            )
            #expect(
                outcomes.map { $0.errors.map(\.code.name) } == [["DUPLICATE_EXTERNAL_ID"], [], ["DUPLICATE_VALUE"]])
        }
    }

    @Test func `a field that does not identify is no key`() async throws {
        try await withKeys { session in
            await #expect(throws: PlatformError(.invalidField, "")) {
                try await session.upsert(
                    Batch("Contact", ["Title": "x", "LastName": "y"]), by: "Title", onFailure: .keepGoing
                )
            }
        }
    }

    @Test func `history tells who changed what from what to what`() async throws {
        let clock = TestClock()
        try await Writing.withSession(clock: clock) { session, _ in
            let id = try await session.make("Contact", ["LastName": "old", "Birthdate": "1990-01-01"])
            clock.advance(seconds: 60)
            _ = try await session.update(
                Batch("Contact", ["Id": .id(id), "LastName": "new", "Birthdate": nil, "FirstName": ""]),
                onFailure: .rollbackAll
            )
            let history = try await session.history(of: id).sorted { $0.field < $1.field }
            #expect(history.map(\.field) == ["Birthdate", "LastName"])
            #expect(history.map(\.old) == [.date(Day(year: 1990, month: 1, day: 1)), "old"])
            #expect(history.map(\.new) == [nil, "new"])
            #expect(history.map(\.at) == [clock.now, clock.now])
            #expect(history.map(\.by) == [SystemUser.operator.id, SystemUser.operator.id])
        }
    }
}
