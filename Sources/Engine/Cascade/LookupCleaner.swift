import Records
import Store

/// Empties what still refers to a record that is destroyed: lookups of records in the bin.
struct LookupCleaner {
    private let transaction: WriteTransaction

    init(_ transaction: WriteTransaction) { self.transaction = transaction }

    func clear(_ row: StoredRow) throws {
        for child in transaction.schema.children(of: row.object) {
            let column = Identifier(child.field.name)
            try transaction.connection.execute(
                """
                UPDATE \(identifier: Identifier(child.child.name)) SET \(identifier: column) = \(.null) \
                WHERE \(identifier: column) = \(.id(row.id))
                """
            )
        }
    }
}
