import Records
import Store

/// Refuses a parent that has the record itself above it.
struct CircleCheck {
    private let object: ObjectSchema
    private let lookups: [(column: Int, field: Field)]
    private let connection: any Connection
    /// A longer chain than any that people make.
    private static let depthMax = 500

    init(_ set: WriteSet, _ connection: any Connection) {
        object = set.object
        self.connection = connection
        lookups = set.fields.enumerated().compactMap { column, field in
            // Who made or changed a user may be the user.
            field.isUpdateable && field.type == .reference && field.referenceTo.contains(set.object.name)
                ? (column, field) : nil
        }
    }

    func refusal(of row: Int, in set: WriteSet) throws -> PlatformError? {
        for (column, field) in lookups {
            guard var parent = set.cells[row, column].id else { continue }
            for _ in 0..<Self.depthMax {
                if parent == set.rows[row].id {
                    return PlatformError(
                        .circularDependency,
                        "\(field.label): attempt to create a circular reference to the record itself",
                        fields: [field.name]
                    )
                }
                guard let above = try above(parent, field) else { break }
                parent = above
            }
        }
        return nil
    }

    private func above(_ id: RecordID, _ field: Field) throws -> RecordID? {
        let found = try connection.first(
            """
            SELECT \(identifier: Identifier(field.name)) FROM \(identifier: Identifier(object.name)) \
            WHERE "Id" = \(.id(id))
            """
        ) { $0.isNull(0) ? nil : RecordID(rawValue: $0.int64(0)) }
        return found ?? nil
    }
}
