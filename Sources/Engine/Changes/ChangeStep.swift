import Records

/// The steps that seal what was written: before it is applied whose data it is and under which key, after it the note
/// for the change log.
enum ChangeStep {
    /// Finds whose data each row is, and goes no further without their keys.
    static func findSubjects(_ set: inout WriteSet, _ transaction: WriteTransaction) throws {
        let path = set.object.subjectPath
        for row in set.goodRows {
            let parents = path.compactMap { set.value($0, of: row).id }
            set.rows[row].subject = try transaction.subjects.root(
                of: set.rows[row].id, in: set.object, parents: parents)
        }
        try transaction.subjects.demandKeys(of: set.goodRows.map { set.rows[$0].subject })
    }

    static func note(_ set: WriteSet, _ transaction: WriteTransaction) {
        for row in set.goodRows {
            transaction.note(
                Change(
                    kind: set.operation == .create ? .create : .update, object: set.object, record: set.rows[row].id,
                    subject: set.rows[row].subject, fields: set.fields, values: set.cells.values(of: row)
                )
            )
        }
        if set.operation == .update { transaction.subjects.forget() }
    }

    /// Notes what became of whole records.
    static func note(_ kind: Change.Kind, _ rows: [StoredRow], _ transaction: WriteTransaction) throws {
        for row in rows {
            transaction.note(
                Change(
                    kind: kind, object: row.object, record: row.id, subject: try transaction.subjects.root(of: row.id),
                    fields: [], values: []
                )
            )
        }
    }
}
