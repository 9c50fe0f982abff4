public import Records
import Store

extension Session {
    /// The person whose record it is: the Individual, or the Contact or Lead that stands for itself; nil for records
    /// that are nobody's, absent, restricted, or not for this session.
    public func subject(of record: RecordID) async throws -> RecordID? {
        try await engine.store.read { connection in
            let access = try self.access(on: connection)
            guard access.visible.object(of: record) != nil,
                try RecordFilter.permits(record, for: .read, access, connection)
            else { return nil }
            return try Subjects(schema: access.full, connection: connection).root(of: record)
        }
    }

    /// Everywhere that a person's data lies: own records, and places in others'.
    ///
    /// Only for those who may act for persons (`PermissionsPrivacyDataAccess`) and the product itself,
    /// since it reads every object and every text. A restricted person has no records and is not found.
    /// - Parameter person: A record of the person.
    /// - Throws: `INSUFFICIENT_ACCESS`; `NOT_FOUND` for a record that is nobody's or absent.
    public func trace(_ person: RecordID) async throws -> Trace {
        try await mustActForPersons()
        try await engine.settleSearch()
        let engine = engine
        let trace = try await engine.store.read { try engine.tracer(on: $0).trace(person) }
        guard let trace else { throw PlatformError.noPerson(person) }
        for (object, records) in Dictionary(grouping: trace.records, by: \.object) {
            engine.reads.append(
                ReadReport(.read, of: object, .ids(records.map(\.id)), by: self, at: engine.environment.now())
            )
        }
        try await engine.reads.flushIfFull()
        return trace
    }

    /// Refuses all but the product itself and people whose permissions say that they may act for persons.
    func mustActForPersons() async throws {
        let may = try await engine.store.read { try self.access(on: $0).rights.powers.contains(.actsForPersons) }
        guard may else {
            throw PlatformError(
                .insufficientAccess,
                "You may not act on a person's data as a whole. Ask an administrator for Privacy Data Access."
            )
        }
    }
}

extension Engine {
    func tracer(on connection: any Connection) throws -> Tracer {
        let search = search
        return Tracer(schema: try schema.current(on: connection), connection: connection) { text, only in
            guard let question = try search.question(SearchTerms.searched(text), connection) else { return [] }
            return try search.candidates(for: question, connection, limit: 10_000, of: only)
        }
    }
}

extension PlatformError {
    static func noPerson(_ id: RecordID) -> PlatformError {
        PlatformError(.notFound, "There is no person with the record \(id), or the record is nobody's.")
    }
}
