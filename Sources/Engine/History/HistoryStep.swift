import Records
import Store

/// The step that keeps what a change made of tracked fields: who, when, from what, to what.
enum HistoryStep {
    static func record(_ set: WriteSet, _ transaction: WriteTransaction) throws {
        guard set.operation == .update else { return }
        let tracked = set.fields.enumerated().filter { $1.isHistoryTracked }
        guard !tracked.isEmpty else { return }
        let insert = try transaction.connection.prepare(
            """
            INSERT INTO az_history (record, object, field, old, new, at, "by") \
            VALUES (\(.null), \(.null), \(.null), \(.null), \(.null), \(.null), \(.null))
            """
        )
        for row in set.goodRows {
            guard let old = set.rows[row].old else { continue }
            for (column, field) in tracked {
                guard let index = set.object.index(of: field.name), old[index] != set.cells.value(row, column) else {
                    continue
                }
                try insert.run([
                    .id(set.rows[row].id), .text(set.object.name), .text(field.name),
                    try text(old[index], field, transaction),
                    try text(set.cells.value(row, column), field, transaction), .datetime(transaction.now),
                    .id(transaction.session.user),
                ])
            }
        }
    }

    private static func text(_ value: Value, _ field: Field, _ transaction: WriteTransaction) throws -> Value {
        try transaction.connection.sealed(WireText.text(of: value).map(Value.text) ?? .null, of: field)
    }
}
