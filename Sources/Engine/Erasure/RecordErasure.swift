import Records
import Store

/// The part of an erasure that changes records, in one transaction: others' texts lose the fragments, own records go or
/// become neutral, and what the product keeps of them goes with them.
struct RecordErasure {
    let transaction: WriteTransaction
    let policy: ErasurePolicy
    let redaction: Redaction

    init(_ transaction: WriteTransaction, policy: ErasurePolicy) {
        self.transaction = transaction
        self.policy = policy
        redaction = Redaction(language: transaction.engine.organisation.defaultLanguage)
    }

    private var connection: any Connection { transaction.connection }

    /// - Returns: What was done, by object and field.
    func run(_ trace: Trace) throws -> ErasureFacts {
        var facts = ErasureFacts()
        facts.subjects = ([trace.subject] + trace.otherSubjects).map(\.rawValue)
        let people = trace.records.map(\.id).filter { transaction.schema.object(of: $0)?.isPerson == true }
        let former = people + (try MergedRecords.all(of: people, connection))
        facts.formerSubjects = former.map(\.rawValue).filter { !facts.subjects.contains($0) }
        try redactForeign(trace, &facts)
        let erased = trace.records.filter { policy.action(for: $0.object).isErasing }
        let own = try objects(trace.records).map { object, ids in (object, try connection.storedRows(ids, of: object)) }
        // While the lookups still lead to the person, who is the subject of each change.
        for (object, rows) in own where policy.action(for: object.name) == .delete {
            try ChangeStep.note(.purge, rows, transaction)
        }
        for (object, rows) in own {
            switch policy.action(for: object.name) {
            case .delete:
                try delete(rows, of: object)
                facts.deleted[object.name] = rows.count
            case .anonymise:
                for row in rows { try anonymise(row, without: Set(erased.map(\.id))) }
                facts.anonymised[object.name] = rows.count
            case .keep(let ground, let until):
                facts.kept[object.name] = ErasureFacts.Kept(count: rows.count, ground: ground, until: until)
            }
        }
        try forget(erased.map(\.id), trace.identifiers)
        return facts
    }

    private func redactForeign(_ trace: Trace, _ facts: inout ErasureFacts) throws {
        let foreign = trace.places.filter { !$0.isInOwnRecord }
        let finder = MentionFinder(trace.identifiers)
        for (id, places) in Dictionary(grouping: foreign, by: \.record).sorted(by: { $0.key < $1.key }) {
            guard let object = transaction.schema.object(of: id),
                let row = try connection.storedRows([id], of: object).first
            else { continue }
            var changes: [(field: Field, value: Value)] = []
            for (name, places) in Dictionary(grouping: places, by: \.field) {
                guard let field = object.field(name), let text = row[name].text else { continue }
                facts.redacted["\(object.name).\(field.name)", default: 0] += places.count
                if places.contains(where: { $0.kind == .structured }), let value = redaction.neutral(field) {
                    changes.append((field, value))
                } else {
                    let ranges = places.map { $0.start..<$0.end }
                    changes.append((field, .text(redaction.apply(ranges, to: text, lengthMax: field.length))))
                }
            }
            try change(row, changes)
            try redactHistory(of: id, finder)
        }
    }

    /// The history of somebody else's record quotes the person as the record did.
    private func redactHistory(of id: RecordID, _ finder: MentionFinder) throws {
        let entries = try connection.all(
            "SELECT id, old, new, field FROM az_history WHERE record = \(.id(id))"
        ) { row in
            (id: row.int64(0), texts: [1, 2].map { row.isNull($0) ? nil : row.string($0) }, field: row.string(3))
        }
        let object = transaction.schema.object(of: id)
        for entry in entries {
            let field = object?.field(entry.field)
            let values = try entry.texts.map { text -> Value in
                guard let text else { return .null }
                let ranges = finder.fragments(in: text, standing: .foreign).map { $0.start..<$0.end }
                let redacted = Value.text(ranges.isEmpty ? text : redaction.apply(ranges, to: text, lengthMax: 0))
                return try field.map { try connection.sealed(redacted, of: $0) } ?? redacted
            }
            try connection.execute(
                "UPDATE az_history SET old = \(values[0]), new = \(values[1]) WHERE id = \(.integer(entry.id))"
            )
        }
    }

    private func delete(_ rows: [StoredRow], of object: ObjectSchema) throws {
        for row in rows { try SearchStep.move(row, isThere: false, transaction) }
        let ids = rows.map(\.id)
        try LookupCleaner(transaction).clear(ids, of: object)
        try connection.delete(from: object.name, key: "Id", in: ids)
    }

    /// Personal and free-text fields become neutral, and so do lookups to what is erased with the person.
    private func anonymise(_ row: StoredRow, without erased: Set<RecordID>) throws {
        let changes = row.object.storedFields.compactMap { item -> (field: Field, value: Value)? in
            let (field, value) = (item.field, row.values[item.place])
            guard !value.isNull, field.type != .id else { return nil }
            if let parent = value.id {
                return erased.contains(parent) && parent != row.id && field.isNillable ? (field, .null) : nil
            }
            let isPersonal = field.classification != nil && field.classification != .link
            let isText = field.isSearchedForMentions && (field.type == .string || field.type == .textarea)
            guard isPersonal || field.isExternalID || (isText && !field.isAutoNumber && field.isCreateable) else {
                return nil
            }
            return redaction.neutral(field).map { (field, $0) }
        }
        try change(row, changes)
    }

    private func change(_ row: StoredRow, _ changes: [(field: Field, value: Value)]) throws {
        guard !changes.isEmpty else { return }
        let isThere = row["IsDeleted"].boolean != true
        if isThere { try SearchStep.move(row, isThere: false, transaction) }
        var fields = changes.map(\.field)
        var values = changes.map(\.value)
        if let stamp = row.object.field("SystemModstamp") {
            fields.append(stamp)
            values.append(.datetime(transaction.now))
        }
        let pieces = try zip(fields, values).map { field, value -> SQL in
            "\(identifier: Identifier(field.name)) = \(try connection.sealed(value, of: field))"
        }
        try connection.execute(
            """
            UPDATE \(identifier: Identifier(row.object.name)) SET \(.joined(pieces, separator: ", ")) \
            WHERE "Id" = \(.id(row.id))
            """
        )
        transaction.note(
            Change(
                kind: .update, object: row.object, record: row.id, subject: try transaction.subjects.root(of: row.id),
                fields: fields, values: values
            )
        )
        guard isThere else { return }
        for changed in try connection.storedRows([row.id], of: row.object) {
            try SearchStep.move(changed, isThere: true, transaction)
        }
    }

    /// What the product keeps beside the records: history, bin, who read them, and cursors whose query quotes them.
    private func forget(_ ids: [RecordID], _ identifiers: PersonIdentifiers) throws {
        for table in OwnTable.allCases { try connection.delete(from: table.name, key: "record", in: ids) }
        try connection.delete(from: "az_access_record", key: "record", in: ids)
        try connection.delete(from: "az_refusal", key: "person", in: ids)
        let finder = MentionFinder(identifiers)
        let cursors = try connection.all("SELECT id, soql FROM az_cursor") { ($0.int64(0), $0.string(1)) }
        for (id, soql) in cursors where !finder.fragments(in: soql, standing: .own).isEmpty {
            try connection.execute("DELETE FROM az_cursor WHERE id = \(.integer(id))")
        }
        let messages = try connection.all("SELECT id, message FROM az_job_batch WHERE message IS NOT NULL") {
            ($0.int64(0), $0.string(1))
        }
        for (id, message) in messages where !finder.fragments(in: message, standing: .own).isEmpty {
            try connection.execute("UPDATE az_job_batch SET message = NULL WHERE id = \(.integer(id))")
        }
    }

    private func objects(_ records: [TracedRecord]) -> [(ObjectSchema, [RecordID])] {
        Dictionary(grouping: records, by: \.object).compactMap { name, records in
            transaction.schema.object(name).map { ($0, records.map(\.id)) }
        }.sorted { $0.0.name < $1.0.name }
    }
}

extension ErasurePolicy.Action {
    /// Whether the person is gone from the record afterwards.
    var isErasing: Bool { if case .keep = self { false } else { true } }
}
