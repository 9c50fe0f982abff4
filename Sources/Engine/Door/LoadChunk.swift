import Records
import Store
import Vault

/// A chunk of a bulk load: made ready beside the writer, then written in one transaction.
struct LoadChunk: Sendable {
    private(set) var set: WriteSet
    /// Beside the rows; nil for refused ones.
    private var sealed: [SealedChange?] = []
    /// The state of the database's writes that the parents were checked at.
    private let generation: Int
    private let now: Instant

    /// Rows a chunk has, where the caller hands over that many: enough that a commit's cost is spread thin, and few
    /// enough that two of them are a small part of the memory a process may take.
    static let rowsMin = 10_000

    /// Reads the values, finds the parents, stamps, demands what is required, and seals: the steps of ``WriteSteps``
    /// that need no writer.
    static func prepare(
        _ rows: [[Value]], from first: Int, _ columns: BatchColumns, _ session: Session
    ) async throws -> LoadChunk {
        let engine = session.engine
        let generation = engine.generation.current
        let now = engine.stamps.next(engine.environment.now())
        let ids = engine.sequences.ids(rows.count, of: columns.object)
        var chunk = LoadChunk(
            set: WriteSet(.create, columns, rows: read(rows, ids, from: first, columns)), generation: generation, now: now
        )
        chunk.stamp(session)
        chunk = try await engine.store.read { [chunk] connection in
            var chunk = chunk
            try chunk.findParents(session, connection)
            return chunk
        }
        RequiredStep.check(&chunk.set)
        var keys = KeyRing(engine.vault)
        try await keys.fetch(Set(chunk.set.goodRows.compactMap { chunk.set.rows[$0].subject }), from: engine.vault)
        try chunk.seal(keys)
        return chunk
    }

    /// Writes the good rows, and commits them as a whole.
    func write(_ session: Session, _ connection: any Connection) throws -> [(row: Int, outcome: Outcome)] {
        let engine = session.engine
        var set = set
        if engine.generation.current != generation {
            // Somebody else has written since: a parent may be gone.
            var references = References(access: try session.access(on: connection), connection: connection)
            try references.resolve(&set)
        }
        try RestrictedStep.check(&set, engine.restrictedKeys, connection)
        var refused: [RefusedContact] = []
        try ContactStep.check(&set, now: now, connection) { refused.append($0) }
        try ApplyStep.insert(&set, connection)
        try EvidenceStep.record(set, by: session, at: now, connection)
        let good = set.goodRows
        try engine.changes.append(good.compactMap { sealed[$0] }, at: now, connection)
        if let first = good.first, let last = good.last, !SearchIndex.fields(of: set.object).isEmpty {
            try SearchIndex.postpone(set.object.name, set.rows[first].id...set.rows[last].id, connection)
        }
        let numbers = set.object.fields.filter(\.isAutoNumber).map { "\(set.object.name).\($0.name)" }
        try engine.sequences.save(Set(numbers + [set.object.name]), connection)
        let schema = try engine.schema.current(on: connection)
        try RefusedContact.store(refused, by: session.user, schema, connection)
        return set.rows.map { row in
            (row.place, row.refusals.isEmpty ? .done(id: row.id, isCreated: true) : .refused(row.refusals))
        }
    }

    private init(set: WriteSet, generation: Int, now: Instant) {
        self.set = set
        self.generation = generation
        self.now = now
    }

    private static func read(
        _ rows: [[Value]], _ ids: [RecordID], from first: Int, _ columns: BatchColumns
    ) -> [WriteRow] {
        rows.indices.map { place in
            var refusals: [PlatformError] = []
            if let refusal = columns.refusal { refusals.append(refusal) }
            let values = columns.read(rows[place], &refusals)
            return WriteRow(
                place: first + place, id: ids[place], values: values, old: nil, subject: nil, refusals: refusals
            )
        }
    }

    private mutating func stamp(_ session: Session) {
        let sequences = session.engine.sequences
        StampStep.set(&set, session.user, now) { sequences.next($0) }
    }

    private mutating func findParents(_ session: Session, _ connection: any Connection) throws {
        let access = try session.access(on: connection)
        var references = References(access: access, connection: connection)
        try references.resolve(&set)
        let keys = KeyRing(session.engine.vault)
        let subjects = WriteSubjects(schema: access.full, keys: keys, connection: connection)
        let path = set.object.subjectPath
        for row in set.rows.indices where set.rows[row].refusals.isEmpty {
            let parents = path.map { set.value($0, of: set.rows[row]) }
            set.rows[row].subject = try subjects.root(of: set.rows[row].id, in: set.object, parents: parents)
        }
    }

    private mutating func seal(_ keys: KeyRing) throws {
        sealed = try set.rows.map { row in
            guard row.refusals.isEmpty else { return nil }
            return try SealedChange(
                Change(
                    kind: .create, object: set.object, record: row.id, subject: row.subject, fields: set.fields,
                    values: row.values
                ), keys: keys
            )
        }
    }
}
