import Records
import Store

/// The step that writes the rows into their table, one by one: a row that the database refuses leaves the others alone.
enum ApplyStep {
    static func run(_ set: inout WriteSet, _ transaction: WriteTransaction) throws {
        switch set.operation {
        case .create: try insert(&set, transaction.connection)
        case .update: try update(&set, transaction)
        }
    }

    /// Inserts the good rows; their texts are bound where they lie.
    static func insert(_ set: inout WriteSet, _ connection: any Connection) throws {
        let good = set.goodRows
        var refused: [(row: Int, error: PlatformError)] = []
        try set.cells.withReader { cells in
            let rows = NewRows(
                into: Identifier(set.object.name), key: Identifier("Id"),
                columns: set.fields.map { Identifier($0.name) },
                keys: good.map { set.rows[$0].id }, rows: good, of: cells)
            try connection.insert(rows) { place, error in
                guard let error = error as? PlatformError, error.code == .duplicateValue else { throw error }
                refused.append((good[place], try duplicate(error, set, good[place], connection)))
            }
        }
        for (row, error) in refused { set.rows[row].refusals.append(error) }
    }

    private static func update(_ set: inout WriteSet, _ transaction: WriteTransaction) throws {
        let changes = set.fields.map { SQL("\(identifier: Identifier($0.name)) = \(.null)") }
        let statement = try transaction.connection.prepare(
            """
            UPDATE \(identifier: Identifier(set.object.name)) SET \(.joined(changes, separator: ", ")) \
            WHERE "Id" = \(.null)
            """
        )
        let circles = CircleCheck(set, transaction.connection)
        // A row can be refused only for a value that must be unique: then what comes after it goes on.
        let mayBeRefused = set.fields.contains(where: \.isUnique)
        for row in set.rows.indices where set.rows[row].refusals.isEmpty {
            if let refusal = try circles.refusal(of: row, in: set) {
                set.rows[row].refusals.append(refusal)
                continue
            }
            let values = set.cells.values(of: row) + [.id(set.rows[row].id)]
            guard mayBeRefused else {
                try statement.run(values)
                continue
            }
            do {
                try transaction.connection.savepoint { try statement.run(values) }
            } catch let error as PlatformError where error.code == .duplicateValue {
                set.rows[row].refusals.append(try duplicate(error, set, row, transaction.connection))
            }
        }
    }

    /// The database's refusal in the platform's words: with the record that holds the value.
    static func duplicate(
        _ error: PlatformError, _ set: WriteSet, _ row: Int, _ connection: any Connection
    ) throws -> PlatformError {
        for name in error.fields {
            let value = set.value(name, of: row)
            guard let field = set.object.field(name), !value.isNull else { continue }
            let holder = try connection.first(
                """
                SELECT "Id" FROM \(identifier: Identifier(set.object.name)) \
                WHERE \(identifier: Identifier(field.name)) = \(value) AND "IsDeleted" = 0
                """
            ) { RecordID(rawValue: $0.int64(0)) }
            guard let holder else { continue }
            return PlatformError(
                .duplicateValue,
                "duplicate value found: \(field.name) duplicates value on record with id: \(holder.text15)",
                fields: [field.name]
            )
        }
        return error
    }
}
