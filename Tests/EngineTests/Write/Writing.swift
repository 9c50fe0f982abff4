import AzukariTesting
import Engine
import Records
import Testing

/// What most tests of writing begin with.
enum Writing {
    /// A session that may do everything, in a fresh organisation.
    static func withSession<T>(
        clock: TestClock = TestClock(), _ body: (Session, Engine) async throws -> T
    ) async throws -> T {
        try await withOrganisation(clock: clock) { engine, _ in
            try await body(engine.systemSession(as: .operator, reason: "test"), engine)
        }
    }
}

extension Session {
    /// Creates one record that nothing refuses.
    @discardableResult
    func make(_ object: String, _ values: KeyValuePairs<String, Value>) async throws -> RecordID {
        let outcome = try await create(Batch(object, values), onFailure: .rollbackAll)[0]
        return try #require(outcome.id, "\(outcome.errors.map(\.message))")
    }

    /// The fields of a record that is there.
    func record(_ object: String, _ id: RecordID, _ fields: [String]) async throws -> Record {
        try #require(try await retrieve(object, [id], fields: fields)[0])
    }

    /// What one row that is created is refused for.
    func refusals(_ object: String, _ values: KeyValuePairs<String, Value>) async throws -> [PlatformError] {
        try await create(Batch(object, values), onFailure: .keepGoing)[0].errors
    }

    func rowCount(_ soql: String, deleted: Deleted = .without) async throws -> Int {
        try await query(soql, deleted: deleted).count
    }
}
