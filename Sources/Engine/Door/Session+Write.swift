public import Records
import Store
import Vault

extension Session {
    /// Creates records.
    ///
    /// - Returns: An outcome for each row, in their order.
    /// - Throws: `INVALID_TYPE`, `INVALID_FIELD` when the batch as a whole makes no sense. What is wrong with a row is
    ///   its outcome.
    public func create(_ batch: Batch, onFailure: OnFailure) async throws -> [Outcome] {
        try await create(batch, onFailure: onFailure) { _ in }
    }

    /// - Parameter ending: The last part of the transaction that creates the records.
    func create(
        _ batch: Batch, onFailure: OnFailure, ending: @escaping @Sendable (any Connection) throws -> Void
    ) async throws -> [Outcome] {
        let columns = try await columns(of: batch, for: .create)
        try await settleMatches(for: columns)
        let ids = try await newIDs(batch.rows.count, of: columns.object)
        var (rows, values) = prepared(batch, columns)
        for place in rows.indices {
            rows[place].id = ids[place]
            if columns.idPlace.map({ !batch.rows[place][$0].isNull }) ?? false {
                rows[place].refusals.append(
                    PlatformError(.invalidFieldForInsertUpdate, "cannot specify Id in an insert call", fields: ["Id"])
                )
            }
        }
        let set = WriteSet(.create, columns, rows: rows, values: values)
        return try await commit(
            batch.rows.count, onFailure, of: columns.object.name, likely: columns.object.isPerson ? ids : []
        ) { transaction in
            var set = set
            try WriteSteps.write(&set, transaction)
            try ending(transaction.connection)
            return Self.outcomes(set, isCreated: true)
        }
    }

    /// Changes records; the batch has a column `Id`.
    ///
    /// - Parameter precondition: Rows of which it is not so are refused (`PRECONDITION_FAILED`).
    public func update(
        _ batch: Batch, onFailure: OnFailure, precondition: Precondition? = nil
    ) async throws -> [Outcome] {
        let columns = try await columns(of: batch, for: .update)
        try await settleMatches(for: columns)
        guard let idPlace = columns.idPlace else {
            throw PlatformError(.missingArgument, "Id not specified in an update call", fields: ["Id"])
        }
        var (rows, values) = prepared(batch, columns)
        for place in rows.indices {
            switch Self.recordID(batch.rows[place][idPlace]) {
            case .success(let id): rows[place].id = id
            case .failure(let error): rows[place].refusals.append(error)
            }
        }
        let set = WriteSet(.update, columns, rows: rows, values: values)
        let people = columns.object.isPerson ? rows.filter(\.refusals.isEmpty).map(\.id) : []
        return try await commit(
            batch.rows.count, onFailure, of: columns.object.name, likely: [], changed: people
        ) { transaction in
            var set = set
            set.condition = precondition
            try WriteSteps.write(&set, transaction)
            return Self.outcomes(set, isCreated: false)
        }
    }

    /// Creates the records whose key no record has, and changes the others.
    ///
    /// - Parameter externalID: The field of the key: an external id, a field that identifies, or `Id`.
    public func upsert(_ batch: Batch, by externalID: String, onFailure: OnFailure) async throws -> [Outcome] {
        let new = try await columns(of: batch, for: .create)
        let known = try await columns(of: batch, for: .update)
        let key = try UpsertKey(externalID, batch, new)
        try await settleMatches(for: new)
        let ids = try await newIDs(batch.rows.count, of: new.object)
        let (rows, values) = prepared(batch, new, known)
        return try await commit(batch.rows.count, onFailure, of: new.object.name, likely: []) { transaction in
            var rows = rows
            let found = try key.find(&rows, transaction.connection)
            for place in rows.indices {
                rows[place].id = found[place] ?? ids[place]
                guard rows[place].refusals.isEmpty else { continue }
                if let refusal = found[place] == nil ? new.refusal : known.refusal { rows[place].refusals = [refusal] }
            }
            var creation = WriteSet(.create, new, rows: rows.filter { found[$0.place] == nil }, values: values)
            var change = WriteSet(.update, known, rows: rows.filter { found[$0.place] != nil }, values: values)
            if !creation.rows.isEmpty { try WriteSteps.write(&creation, transaction) }
            if !change.rows.isEmpty { try WriteSteps.write(&change, transaction) }
            return Self.outcomes(creation, isCreated: true) + Self.outcomes(change, isCreated: false)
        }
    }

    /// Runs the steps in a transaction and commits; again where keys had to be fetched first.
    ///
    /// - Parameters:
    ///   - object: Whose records are written; empty where they are of several.
    ///   - likely: Subjects whose keys will surely be needed, and are made.
    ///   - changed: Records whose keys are needed where they have one.
    func commit(
        _ count: Int, _ onFailure: OnFailure, of object: String = "", likely: [RecordID], changed: [RecordID] = [],
        _ steps: @escaping @Sendable (WriteTransaction) throws -> [(place: Int, outcome: Outcome)]
    ) async throws -> [Outcome] {
        var keys = KeyRing(engine.vault)
        try await keys.fetch(likely, from: engine.vault)
        try await keys.fetchExisting(changed, from: engine.vault)
        for _ in 0..<Self.roundsMax {
            try Task.checkCancellation()
            do {
                let ring = keys
                let end = try await write { connection in
                    try self.run(steps, count, onFailure, ring, connection)
                }
                try await settle()
                note(object, rows: end.count { !$0.isRefused })
                return end
            } catch let missing as MissingKeys {
                try await keys.fetch(missing.subjects, from: engine.vault)
            } catch let undone as Undone {
                try await store(undone.refusedContacts)
                return undone.outcomes
            }
        }
        throw PlatformError(
            .unknownException, "The write could not be completed.", detail: "a write asked for new keys in every round"
        )
    }

    /// How often a write begins anew for want of keys. Each round asks for all that it knows of.
    private static let roundsMax = 50

    private func run(
        _ steps: (WriteTransaction) throws -> [(place: Int, outcome: Outcome)], _ count: Int, _ onFailure: OnFailure,
        _ keys: KeyRing, _ connection: any Connection
    ) throws -> [Outcome] {
        let transaction = try WriteTransaction(self, keys, connection)
        var outcomes = [Outcome?](repeating: nil, count: count)
        for (place, outcome) in try steps(transaction) { outcomes[place] = outcome }
        let all = outcomes.map { $0 ?? .refused([PlatformError(.unknownException, "The row was left out.")]) }
        if onFailure == .rollbackAll, all.contains(where: \.isRefused) {
            throw Undone(
                outcomes: all.map { $0.isRefused ? $0 : .rolledBack }, refusedContacts: transaction.refusedContacts)
        }
        try recorder?.append(all, connection)
        try transaction.finish()
        return all
    }

    /// The columns of a batch as this session may write them now.
    func columns(of batch: Batch, for operation: BatchColumns.Operation) async throws -> BatchColumns {
        precondition(batch.rows.allSatisfy { $0.count == batch.fields.count }, "a row has as many values as fields")
        precondition(
            batch.absent.isEmpty || batch.absent.count == batch.rows.count, "each row has a list of what it lacks")
        return try await read { connection in
            try BatchColumns(
                batch, for: operation, access: try self.access(on: connection), isSystem: self.system != nil
            )
        }
    }

    /// The rows with their values read; an id is set by the caller.
    private func prepared(
        _ batch: Batch, _ columns: BatchColumns, _ other: BatchColumns? = nil
    ) -> (rows: [WriteRow], values: [[Value]]) {
        var rows: [WriteRow] = []
        var read: [[Value]] = []
        for (place, values) in batch.rows.enumerated() {
            var values = values
            let left = columns.left(&values, absent: batch.absent.isEmpty ? [] : batch.absent[place])
            // In an upsert it depends on the row which of the two refuses it.
            var refusals = other == nil ? columns.refusal.map { [$0] } ?? [] : []
            read.append(columns.read(values, &refusals))
            rows.append(
                WriteRow(
                    place: place, id: RecordID(rawValue: 0), old: nil, subject: nil, refusals: refusals, left: left)
            )
        }
        return (rows, read)
    }

    private static func outcomes(_ set: WriteSet, isCreated: Bool) -> [(place: Int, outcome: Outcome)] {
        set.rows.map { row in
            (row.place, row.refusals.isEmpty ? .done(id: row.id, isCreated: isCreated) : .refused(row.refusals))
        }
    }

    /// An id as it was handed in.
    static func recordID(_ value: Value) -> Result<RecordID, PlatformError> {
        if let id = value.id { return .success(id) }
        guard let text = value.text, !text.isEmpty else {
            return .failure(PlatformError(.missingArgument, "Id not specified in an update call", fields: ["Id"]))
        }
        guard let id = RecordID(text) else {
            return .failure(
                PlatformError(.malformedID, "Id: id value of incorrect type: \(text.prefix(40))", fields: ["Id"]))
        }
        return .success(id)
    }
}

/// Thrown out of a transaction that is not to be kept, with what its caller is told.
private struct Undone: Error {
    let outcomes: [Outcome]
    let refusedContacts: [RefusedContact]
}

extension Outcome {
    /// Of a good row that was undone with the others.
    public static let rolledBack = Outcome.refused([
        PlatformError(
            .allOrNoneOperationRolledBack,
            "Record rolled back because not all records were valid and the request was using AllOrNone header"
        )
    ])

    /// Whether nothing was written for the row.
    public var isRefused: Bool { if case .refused = self { true } else { false } }

    /// The id of the written record; nil for a refused row.
    public var id: RecordID? { if case .done(let id, _) = self { id } else { nil } }

    /// Why the row was refused; empty for a written one.
    public var errors: [PlatformError] { if case .refused(let errors) = self { errors } else { [] } }
}
