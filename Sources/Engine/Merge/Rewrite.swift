import Records
import Store

/// Writes that follow from another one in its transaction: they go through the steps as the product's own, whatever the
/// session may write by itself.
struct Rewrite {
    let transaction: WriteTransaction

    init(_ transaction: WriteTransaction) { self.transaction = transaction }

    /// What the product itself may see.
    var everything: Access {
        Access(
            full: transaction.schema, visible: transaction.schema, rights: .system,
            fieldKeys: transaction.connection.fieldKeys)
    }

    /// Rows of an object that all get the same values; to be written by the caller.
    func change(
        _ ids: [RecordID], of object: ObjectSchema, _ values: [(field: String, value: Value)] = []
    ) throws -> WriteSet {
        let batch = Batch(object.name, fields: ["Id"] + values.map(\.field), rows: [])
        var set = WriteSet(
            .update, try BatchColumns(batch, for: .update, access: everything, isSystem: true),
            rows: ids.enumerated().map { WriteRow(place: $0, id: $1, old: nil, subject: nil, refusals: []) },
            values: ids.map { _ in values.map(\.value) }
        )
        set.isProducts = true
        return set
    }

    /// Gives rows the values, by whole batches. No message is sent by it.
    func set(_ values: [(field: String, value: Value)], in ids: [RecordID], of object: ObjectSchema) throws {
        for start in stride(from: 0, to: ids.count, by: 200) {
            var set = try change(Array(ids[start..<min(start + 200, ids.count)]), of: object, values)
            try WriteSteps.rewrite(&set, transaction)
            if let refusal = set.rows.lazy.flatMap(\.refusals).first { throw refusal }
        }
    }

    /// Creates a record.
    ///
    /// - Parameter id: Taken before the transaction: one that runs again, for want of a key, must ask for the same key.
    func create(
        _ object: ObjectSchema, id: RecordID, _ values: [(field: String, value: Value)]
    ) throws -> RecordID {
        let batch = Batch(object.name, fields: values.map(\.field), rows: [])
        let columns = try BatchColumns(batch, for: .create, access: everything, isSystem: true)
        var refusals: [PlatformError] = []
        let row = columns.read(values.map(\.value), &refusals)
        var set = WriteSet(
            .create, columns, rows: [WriteRow(place: 0, id: id, old: nil, subject: nil, refusals: refusals)],
            values: [row]
        )
        set.isProducts = true
        try WriteSteps.write(&set, transaction)
        if let refusal = set.rows[0].refusals.first { throw refusal }
        return id
    }
}
