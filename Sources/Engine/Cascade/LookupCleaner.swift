import Records
import Store

/// Empties what still refers to records that are destroyed: lookups of records in the bin.
struct LookupCleaner {
    private let transaction: WriteTransaction

    init(_ transaction: WriteTransaction) { self.transaction = transaction }

    /// - Parameter ids: Records of the object.
    func clear(_ ids: [RecordID], of object: ObjectSchema) throws {
        let children = ChildRecords(relationships: transaction.schema.children(of: object))
        for start in stride(from: 0, to: ids.count, by: 200) {
            let some = ids[start..<min(start + 200, ids.count)]
            let found = try children.find(some, withBin: true, transaction.connection)
            for (child, records) in zip(children.relationships, found) where !records.isEmpty {
                let column = Identifier(child.field.name)
                try transaction.connection.execute(
                    """
                    UPDATE \(identifier: Identifier(child.child.name)) SET \(identifier: column) = \(.null) \
                    WHERE \(identifier: column) IN (\(.list(some)))
                    """
                )
            }
        }
    }
}
