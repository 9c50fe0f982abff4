import Records
import Store

/// Empties what still refers to records that are destroyed: lookups of records in the bin.
struct LookupCleaner {
    private let transaction: WriteTransaction

    init(_ transaction: WriteTransaction) { self.transaction = transaction }

    /// - Parameter ids: Records of the object.
    func clear(_ ids: [RecordID], of object: ObjectSchema) throws {
        for child in transaction.schema.children(of: object) {
            let column = Identifier(child.field.name)
            for start in stride(from: 0, to: ids.count, by: 200) {
                try transaction.connection.execute(
                    """
                    UPDATE \(identifier: Identifier(child.child.name)) SET \(identifier: column) = \(.null) \
                    WHERE \(identifier: column) IN (\(.list(ids[start..<min(start + 200, ids.count)])))
                    """
                )
            }
        }
    }
}
