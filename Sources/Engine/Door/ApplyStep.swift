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
        var refused: [(row: Int, error: PlatformError)] = []
        try refuseTold(&set, connection)
        let good = set.goodRows
        try set.sealedCells(connection).withReader { cells in
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
        try refuseTold(&set, transaction.connection)
        let sealed = try set.sealedCells(transaction.connection)
        var statements: [[Int]: any PreparedStatement] = [:]
        let circles = CircleCheck(set, transaction.connection)
        // A row can be refused only for a value that must be unique: then what comes after it goes on.
        let mayBeRefused = set.fields.contains(where: \.isUnique)
        for row in set.rows.indices where set.rows[row].refusals.isEmpty {
            if let refusal = try circles.refusal(of: row, in: set) {
                set.rows[row].refusals.append(refusal)
                continue
            }
            let columns = changed(row, set)
            if columns.isEmpty { continue }
            let statement = try statements[columns] ?? self.statement(set, columns, transaction.connection)
            statements[columns] = statement
            let values = columns.map { sealed.value(row, $0) } + [.id(set.rows[row].id)]
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

    /// The columns that a row is written with. A sealed value that stays the same stays as it is stored: it may be one that cannot
    /// be read now.
    private static func changed(_ row: Int, _ set: WriteSet) -> [Int] {
        set.fields.indices.filter { column in
            set.fields[column].encryption == nil
                || set.oldValue(set.fields[column].name, of: row) != set.cells.value(row, column)
        }
    }

    private static func statement(
        _ set: WriteSet, _ columns: [Int], _ connection: any Connection
    ) throws -> any PreparedStatement {
        let changes = columns.map { SQL("\(identifier: Identifier(set.fields[$0].name)) = \(.null)") }
        return try connection.prepare(
            """
            UPDATE \(identifier: Identifier(set.object.name)) SET \(.joined(changes, separator: ", ")) \
            WHERE "Id" = \(.null)
            """
        )
    }

    /// While the values of an encrypted field are brought to another form, no index tells that two of them are equal.
    private static func refuseTold(_ set: inout WriteSet, _ connection: any Connection) throws {
        for (column, field) in set.fields.enumerated() where field.isUnique && field.encryption?.isSettled == false {
            for row in set.goodRows {
                let value = set.cells.value(row, column)
                guard !value.isNull, let holder = try holder(of: value, field, set.object, connection),
                    holder != set.rows[row].id
                else { continue }
                set.rows[row].refusals.append(duplicate(field, holder))
            }
        }
    }

    private static func holder(
        of value: Value, _ field: Field, _ object: ObjectSchema, _ connection: any Connection
    ) throws -> RecordID? {
        try connection.first(
            """
            SELECT "Id" FROM \(identifier: Identifier(object.name)) \
            WHERE \(try connection.holds(value, field)) AND "IsDeleted" = 0
            """
        ) { RecordID(rawValue: $0.int64(0)) }
    }

    private static func duplicate(_ field: Field, _ holder: RecordID) -> PlatformError {
        PlatformError(
            .duplicateValue,
            "duplicate value found: \(field.name) duplicates value on record with id: \(holder.text15)",
            fields: [field.name])
    }

    /// The database's refusal in the platform's words: with the record that holds the value.
    static func duplicate(
        _ error: PlatformError, _ set: WriteSet, _ row: Int, _ connection: any Connection
    ) throws -> PlatformError {
        for name in error.fields {
            let field = set.object.fields.first {
                $0.name == name || SchemaTables.indexName($0, of: set.object) == name
            }
            guard let field else { continue }
            let value = set.value(field.name, of: row)
            guard !value.isNull else { continue }
            if let holder = try holder(of: value, field, set.object, connection) { return duplicate(field, holder) }
        }
        return error
    }
}
