import Records
import Store

/// The step that writes the rows into their table, one by one: a row that the database refuses leaves the others alone.
enum ApplyStep {
    static func run(_ set: inout WriteSet, _ transaction: WriteTransaction) throws {
        transaction.noteIDs(of: set.object)
        switch set.operation {
        case .create: try insert(&set, transaction.connection)
        case .update: try update(&set, transaction)
        }
    }

    /// Inserts the good rows; their texts are bound where they lie.
    static func insert(_ set: inout WriteSet, _ connection: any Connection) throws {
        let statement = try connection.prepare(insertion(into: set.object, set.fields))
        let good = set.goodRows
        var refused: [(row: Int, error: PlatformError)] = []
        try set.cells.withReader { cells in
            // Where all rows are alike, the first sets it for all; what was null stays so until it is set.
            let different = set.fields.indices.filter { !cells.isUniform($0) }
            var isNull = [Bool](repeating: true, count: set.fields.count)
            try statement.runEach(good.count) { place, bindings in
                let row = good[place]
                bindings.set(set.rows[row].id.rawValue, at: 0)
                if place == 0 {
                    for column in set.fields.indices where cells.isUniform(column) {
                        bind(cells.cell(row, column), cells, bindings, column + 1)
                    }
                }
                for column in different {
                    let cell = cells.cell(row, column)
                    if cell.isNull && isNull[column] { continue }
                    isNull[column] = cell.isNull
                    bind(cell, cells, bindings, column + 1)
                }
            } failed: { place, error in
                guard let error = error as? PlatformError, error.code == .duplicateValue else { throw error }
                refused.append((good[place], try duplicate(error, set, good[place], connection)))
            }
        }
        for (row, error) in refused { set.rows[row].refusals.append(error) }
    }

    private static func bind(
        _ cell: Cell, _ cells: CellGrid.Reader, _ bindings: any Bindings, _ place: Int
    ) {
        switch cell.kind {
        case .null: bindings.setNull(at: place)
        case .double: bindings.set(double: Double(bitPattern: UInt64(bitPattern: cell.number)), at: place)
        case .text: bindings.set(text: cells.bytes(of: cell), at: place)
        case .bytes: bindings.set(bytes: cells.bytes(of: cell), at: place)
        case .boolean, .integer, .date, .datetime, .time, .id: bindings.set(cell.number, at: place)
        }
    }

    /// The statement that inserts a row: its id, then the fields.
    static func insertion(into object: ObjectSchema, _ fields: [Field]) -> SQL {
        let columns = fields.map { SQL("\(identifier: Identifier($0.name))") }
        return """
            INSERT INTO \(identifier: Identifier(object.name)) \
            ("Id", \(.joined(columns, separator: ", "))) \
            VALUES (\(.null), \(.joined(fields.map { _ in "\(.null)" }, separator: ", ")))
            """
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
        for row in set.rows.indices where set.rows[row].refusals.isEmpty {
            if let refusal = try circles.refusal(of: row, in: set) {
                set.rows[row].refusals.append(refusal)
                continue
            }
            do {
                try statement.run(set.cells.values(of: row) + [.id(set.rows[row].id)])
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
