import Records
import Store
import Vault

/// The moves of a restriction. Rows leave the tables in the transaction that commits only after their file is on the
/// disk, and the file goes only after the transaction that put them back: at no moment are they nowhere.
struct Restriction: Sendable {
    let engine: Engine
    let session: Session
    let hook: (@Sendable (String) throws -> Void)?

    func begin(_ person: RecordID, request: RecordID) async throws -> RestrictionDeed {
        let key = try await engine.vault.key(for: person)
        let now = engine.environment.now()
        let keys = try await self.keys(of: person)
        let hold = try engine.holdDeed(request)
        defer { hold.end() }
        try await engine.store.write { try note(person, request, now, $0) }
        try hook?("restriction noted")
        do {
            try await engine.store.write {
                try move(person, request, key, keys, now, $0)
                engine.generation.advance()
            }
        } catch let error where !(error is KillPoint.Killed) {
            try await engine.takeBackRestriction(request)
            try await engine.scrubRestrictions()
            throw error
        }
        try hook?("restriction committed")
        try await engine.scrubRestrictions()
        try hook?("restriction scrubbed")
        try await engine.evidence.settle()
        return try await deed(request)
    }

    func lift(_ request: RecordID) async throws -> RestrictionDeed {
        let deed = try await deed(request)
        guard deed.state == .restricted else { throw notInForce(request) }
        let tables = try await tables(of: deed)
        let now = engine.environment.now()
        let keys = try await self.keys(of: deed.person)
        try await engine.store.write { connection in
            try restore(tables, connection)
            try end(request, as: .lifted, now, connection)
            try record(.lifting, .lifted, deed.person, request, rows: deed.rowCount, now, connection)
            try tell(.undelete, tables.flatMap(\.ids), of: deed.person, keys, now, connection)
            try hook?("lifting written")
        }
        try hook?("lifting committed")
        try DurableFile.remove(engine.restrictionFile(request))
        try await engine.evidence.settle()
        return try await self.deed(request)
    }

    /// What the file of a restriction holds.
    func tables(of deed: RestrictionDeed) async throws -> [RawTable] {
        guard let key = try await engine.vault.existingKey(for: deed.person) else { throw SealedRows.damaged }
        let file = try DurableFile.read(engine.restrictionFile(deed.request))
        guard Hexadecimal.text(SealedRows.hash(file)) == deed.fileHash else { throw SealedRows.damaged }
        return try SealedRows.open(file, under: key, request: deed.request)
    }

    /// Puts the rows of a file back; inside a write.
    func restore(_ tables: [RawTable], _ connection: any Connection) throws {
        try rows(connection).insert(tables)
    }

    func end(_ request: RecordID, as state: RestrictionDeed.State, _ now: Instant, _ connection: any Connection) throws
    {
        try RestrictedKeys.release(request, connection)
        try connection.execute(
            """
            UPDATE az_restriction SET state = \(.text(state.rawValue)), ended = \(.datetime(now)), is_scrubbed = 1
            WHERE request = \(.id(request))
            """
        )
    }

    private func note(
        _ person: RecordID, _ request: RecordID, _ now: Instant, _ connection: any Connection
    ) throws {
        if try connection.first("SELECT 1 FROM az_restriction WHERE request = \(.id(request))", { _ in true }) != nil {
            throw PlatformError(.invalidOperation, "The request \(request) has restricted before. Make a new request.")
        }
        let erasing = try connection.first(
            "SELECT 1 FROM az_erasure WHERE person = \(.id(person)) AND ended IS NULL"
        ) { _ in true }
        if erasing != nil { throw PlatformError(.invalidOperation, "The person is being erased.") }
        try connection.execute(
            """
            INSERT INTO az_restriction (request, person, state, records, rows, is_scrubbed, at)
            VALUES (\(.id(request)), \(.id(person)), 'moving', 0, 0, 1, \(.datetime(now)))
            """
        )
    }

    private func move(
        _ person: RecordID, _ request: RecordID, _ key: SealingKey, _ keys: KeyRing, _ now: Instant,
        _ connection: any Connection
    ) throws {
        guard let trace = try engine.tracer(on: connection).trace(person) else { throw PlatformError.noPerson(person) }
        let ids = trace.records.map(\.id)
        let rows = try rows(connection)
        let tables = try rows.read(ids)
        let file = try SealedRows.seal(tables, under: key, request: request)
        try DurableFile.write(file, to: engine.restrictionFile(request))
        try hook?("restriction file written")
        let schema = rows.schema
        for (prefix, ids) in Dictionary(grouping: ids, by: \.prefix) {
            guard let object = schema.objects.first(where: { $0.keyPrefix == prefix }) else { continue }
            for row in try connection.storedRows(ids, of: object) {
                try engine.restrictedKeys.reserve(row, request: request, connection)
            }
        }
        // Rows of bulk jobs are copies for a few days; what was restricted must not be fetched from there.
        let files = PersonFiles(folder: engine.folder)
        let copies = try files.findInJobs(trace)
        try PersonFiles.endJobs(of: copies, at: now, connection)
        try files.remove(copies)
        try rows.delete(ids)
        let count = tables.map(\.rows.count).reduce(0, +)
        try connection.execute(
            """
            UPDATE az_restriction SET state = 'restricted', hash = \(.bytes(SealedRows.hash(file))), \
            records = \(.integer(Int64(ids.count))), rows = \(.integer(Int64(count))), is_scrubbed = 0
            WHERE request = \(.id(request))
            """
        )
        try record(.restriction, .restricted, person, request, rows: count, now, connection)
        try tell(.delete, ids, of: person, keys, now, connection)
        try hook?("restriction written")
    }

    private func keys(of person: RecordID) async throws -> KeyRing {
        var keys = KeyRing(engine.vault)
        try await keys.fetchExisting([person], from: engine.vault)
        return keys
    }

    /// Notes it in the change log, so that whoever keeps a copy takes the person out, and in again (GDPR Art. 19). The last act
    /// before the commit.
    private func tell(
        _ kind: Change.Kind, _ ids: [RecordID], of person: RecordID, _ keys: KeyRing, _ now: Instant,
        _ connection: any Connection
    ) throws {
        let schema = try rows(connection).schema
        let changes = ids.compactMap { id in
            schema.object(of: id).map {
                Change(kind: kind, object: $0, record: id, subject: person, fields: [], values: [])
            }
        }
        try engine.changes.append(changes, keys: keys, at: now, connection)
    }

    private func record(
        _ kind: Evidence.Kind, _ event: AuditEvent.Kind, _ person: RecordID, _ request: RecordID, rows: Int,
        _ now: Instant, _ connection: any Connection
    ) throws {
        try EvidenceLog.append(
            Evidence(
                kind, at: now, by: session.user, to: person,
                facts: ["request": .text(request.description), "rows": .count(rows)]
            ), connection
        )
        try AuditEvent.write(
            event, by: session.user, application: session.application, record: person, detail: "request \(request)",
            at: now, connection
        )
    }

    private func rows(_ connection: any Connection) throws -> PersonRows {
        PersonRows(
            schema: try engine.schema.current(on: connection), search: engine.search, matches: engine.matches,
            connection: connection)
    }

    private func deed(_ request: RecordID) async throws -> RestrictionDeed {
        let found = try await engine.store.read { try RestrictionDeed.find("request = \(.id(request))", $0).first }
        guard let found else { throw notInForce(request) }
        return found
    }

    private func notInForce(_ request: RecordID) -> PlatformError {
        PlatformError(.notFound, "No restriction of the request \(request) is in force.")
    }
}
