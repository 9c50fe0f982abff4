import Records
import Store
import Vault

/// A chunk of a bulk load: made ready beside the writer, then written in one transaction.
struct LoadChunk: Sendable {
    private var set: WriteSet
    /// Of the rows that were good when they were sealed.
    private var changes: FramedChanges
    private let written: ChangeLog.WrittenAhead?
    /// The state of the database's writes that the parents were checked at.
    private let generation: Int
    private let now: Instant

    /// Rows a chunk has, where the caller hands over that many: enough that a commit's cost is spread thin, and few
    /// enough that three of them are a small part of the memory a process may take.
    static let rowsMin = 11_000

    /// Rows whose values were read, whose parents were found and which have what is required: the steps of ``WriteSteps``
    /// that need neither writer nor keys.
    struct Draft: Sendable {
        fileprivate let set: WriteSet
        fileprivate let generation: Int
        fileprivate let now: Instant

        init(_ block: CellBlock, from first: Int, _ columns: BatchColumns, _ session: Session) async throws {
            let engine = session.engine
            generation = engine.generation.current
            now = engine.stamps.next(engine.environment.now())
            let ids = try await engine.sequences.ids(block.rowCount, of: columns.object)
            var set = LoadChunk.read(block, ids, from: first, columns)
            var numbers: [String: Int64] = [:]
            for field in columns.object.fields where field.isAutoNumber {
                let sequence = "\(columns.object.name).\(field.name)"
                numbers[sequence] = try await engine.sequences.reserve(block.rowCount, of: sequence)
            }
            if columns.leavesEmpty { LeftStep.fillAll(&set) }
            StampStep.set(&set, session.user, now) { sequence in
                defer { numbers[sequence, default: 0] += 1 }
                return numbers[sequence, default: 0]
            }
            set = try await engine.store.read { [set] connection in
                var set = set
                try LoadChunk.findParents(&set, session, connection)
                RequiredStep.check(&set)
                try PicklistStep.check(&set, connection)
                return set
            }
            self.set = set
        }
    }

    /// Seals a draft's rows, and writes the change log ahead.
    init(_ draft: Draft, _ engine: Engine) async throws {
        set = draft.set
        generation = draft.generation
        now = draft.now
        let keys = try await Self.keys(for: set, engine.vault)
        let sealed = try FramedChanges(set, keys: keys, at: now)
        // On a reader's thread, since it waits for the disk.
        (changes, written) = try await engine.store.read { _ in
            var changes = sealed
            let written = try engine.changes.writeAhead(&changes)
            return (changes, written)
        }
    }

    /// Writes the good rows, and commits them as a whole.
    ///
    /// - Returns: Besides the outcomes the duplicates that are to be reported, once this is committed.
    func write(
        _ session: Session, _ connection: any Connection
    ) throws -> (outcomes: [(row: Int, outcome: Outcome)], duplicates: [DuplicateStep.Report]) {
        let engine = session.engine
        var set = set
        let sealedCount = changes.count
        try set.checkFields(are: try engine.schema.current(on: connection))
        if engine.isShared || engine.generation.current != generation {
            // Somebody else has written since, or another process may have: a parent may be gone.
            var references = References(access: try session.access(on: connection), connection: connection)
            try references.resolve(&set)
        }
        let access = try session.access(on: connection)
        try SharingStep.checkParents(&set, access, connection)
        try PermissionStep.check(&set, access, isSystem: session.system != nil, connection)
        try SharingRuleStep.check(&set, access, connection)
        SignInPolicyStep.check(&set)
        try PurposeStep.check(&set, access, connection)
        try RestrictedStep.check(&set, engine.restrictedKeys, connection)
        let duplicates = try checkDuplicates(&set, session, connection)
        var refused: [RefusedContact] = []
        try ContactStep.check(&set, now: now, connection) { refused.append($0) }
        try ApplyStep.insert(&set, connection)
        try EvidenceStep.record(set, by: session, at: now, connection)
        try engine.matches.index(set, connection)
        let good = set.goodRows
        if let first = good.first, let last = good.last, !SearchIndex.fields(of: set.object).isEmpty {
            try SearchIndex.postpone(set.object.name, set.rows[first].id...set.rows[last].id, connection)
        }
        try AccessStep.note(set, at: now, connection)
        let schema = try engine.schema.current(on: connection)
        try RecordTypeField.addWhereMissing(set, schema, connection)
        try RefusedContact.store(refused, by: session.user, schema, connection)
        try log(good.count == sealedCount ? nil : Set(good.map { set.rows[$0].id }), engine.changes, connection)
        let outcomes = set.rows.map { row -> (row: Int, outcome: Outcome) in
            (row.place, row.refusals.isEmpty ? .done(id: row.id, isCreated: true) : .refused(row.refusals))
        }
        try session.recorder?.append(outcomes.map(\.outcome), connection)
        let written = Set(good.map { set.rows[$0].id })
        return (outcomes, duplicates.filter { written.contains($0.record) })
    }

    private func checkDuplicates(
        _ set: inout WriteSet, _ session: Session, _ connection: any Connection
    ) throws -> [DuplicateStep.Report] {
        if set.object.duplicateRules.isEmpty { return [] }
        return try DuplicateStep.check(
            &set, allowsDuplicates: session.allowsDuplicates, try session.access(on: connection),
            session.engine.matches, connection)
    }

    /// Makes the change log say what was written: as it was written ahead, or anew.
    /// - Parameter kept: The records that were written, when some were refused since they were sealed; nil: all.
    private func log(_ kept: Set<RecordID>?, _ log: ChangeLog, _ connection: any Connection) throws {
        if kept == nil, let written, try log.commit(written, connection) { return }
        var changes = kept.map(changes.only) ?? changes
        try log.append(&changes, connection)
    }

    private static func keys(for set: WriteSet, _ vault: Vault) async throws -> KeyRing {
        var keys = KeyRing(vault)
        let good = set.goodRows
        if let first = set.rows.first, let last = set.rows.last,
            good.allSatisfy({ set.rows[$0].subject == set.rows[$0].id })
        {
            if !good.isEmpty { try await keys.make(for: first.id...last.id, from: vault) }
        } else {
            try await keys.fetch(Set(good.compactMap { set.rows[$0].subject }), from: vault)
        }
        return keys
    }

    private static func read(
        _ block: CellBlock, _ ids: [RecordID], from first: Int, _ columns: BatchColumns
    ) -> WriteSet {
        let refusals = columns.refusal.map { [$0] } ?? []
        var rows = ids.indices.map { place in
            WriteRow(place: first + place, id: ids[place], old: nil, subject: nil, refusals: refusals)
        }
        let cells = columns.read(block, &rows)
        return WriteSet(.create, columns, rows: rows, cells: cells)
    }

    private static func findParents(_ set: inout WriteSet, _ session: Session, _ connection: any Connection) throws {
        let access = try session.access(on: connection)
        var references = References(access: access, connection: connection)
        try references.resolve(&set)
        let keys = KeyRing(session.engine.vault)
        let subjects = WriteSubjects(schema: access.full, keys: keys, connection: connection)
        let path = set.object.subjectPath.compactMap { set.column($0) }
        for row in set.rows.indices where set.rows[row].refusals.isEmpty {
            let parents = path.compactMap { set.cells[row, $0].id }
            set.rows[row].subject = try subjects.root(of: set.rows[row].id, in: set.object, parents: parents)
        }
    }
}
