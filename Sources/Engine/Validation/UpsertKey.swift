import Records
import Store

/// The field by which an upsert knows its records.
struct UpsertKey: Sendable {
    private let object: ObjectSchema
    private let field: Field
    /// Where its values stand in the rows as they were handed in, and as texts or ids of theirs.
    private let values: [Value]
    private let refusals: [[PlatformError]]

    /// - Throws: `INVALID_FIELD` when the field cannot be a key; `MISSING_ARGUMENT` when the batch does not have it.
    init(_ name: String, _ batch: Batch, _ columns: BatchColumns) throws {
        object = columns.object
        guard let field = object.field(name), field.isExternalID || field.isIDLookup || field.type == .id else {
            throw PlatformError(
                .invalidField, "Field name provided, \(name) is not an External ID or indexed field for \(object.name)",
                fields: [name]
            )
        }
        self.field = field
        guard let place = batch.fields.firstIndex(where: { $0.lowercased() == name.lowercased() }) else {
            throw PlatformError(.missingArgument, "\(field.name) not specified", fields: [field.name])
        }
        let coercion = Coercion(field)
        var values: [Value] = []
        var refusals: [[PlatformError]] = []
        for row in batch.rows {
            var refused: [PlatformError] = []
            values.append(coercion.coerce(row[place], &refused))
            refusals.append(refused)
        }
        self.values = values
        self.refusals = refusals
    }

    /// The record of each row that has one.
    func find(_ rows: inout [WriteRow], _ connection: any Connection) throws -> [Int: RecordID] {
        var found: [Int: RecordID] = [:]
        var seen: Set<Value> = []
        // It may have been encrypted since the values were read.
        var key = field
        key.encryption = try SealedFields.encryption(of: object.name, field.name, on: connection)
        for place in rows.indices {
            let value = values[place]
            if !refusals[place].isEmpty, rows[place].refusals.isEmpty { rows[place].refusals = refusals[place] }
            if value.isNull {
                // Without an id a record is new; without an external id nobody can tell.
                guard field.type != .id, rows[place].refusals.isEmpty else { continue }
                rows[place].refusals.append(
                    PlatformError(.missingArgument, "\(field.name) not specified", fields: [field.name])
                )
                continue
            }
            guard seen.insert(folded(value)).inserted else {
                rows[place].refusals.append(
                    PlatformError(
                        .duplicateValue,
                        "Duplicate external id specified: \(WireText.text(of: value) ?? "")", fields: [field.name]
                    )
                )
                continue
            }
            let ids = try records(value, key, connection)
            if ids.count > 1 {
                rows[place].refusals.append(
                    PlatformError(
                        .duplicateExternalID,
                        "\(field.label): more than one record found for external id field: \(ids.map(\.description))",
                        fields: [field.name]
                    )
                )
            } else if let id = ids.first {
                found[place] = id
            } else if field.type == .id, let id = value.id {
                // The change of a record that is not there, which the steps refuse.
                found[place] = id
            }
        }
        return found
    }

    private func records(_ value: Value, _ key: Field, _ connection: any Connection) throws -> [RecordID] {
        try connection.all(
            """
            SELECT "Id" FROM \(identifier: Identifier(object.name)) \
            WHERE \(try connection.holds(value, key)) AND "IsDeleted" = 0 LIMIT 5
            """
        ) { RecordID(rawValue: $0.int64(0)) }
    }

    private func folded(_ value: Value) -> Value {
        field.isCaseSensitive ? value : value.text.map { .text($0.lowercased()) } ?? value
    }
}
