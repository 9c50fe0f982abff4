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

    /// Inserts the good rows; no values are copied on the way.
    static func insert(_ set: inout WriteSet, _ connection: any Connection) throws {
        let statement = try connection.prepare(insertion(into: set.object, set.fields))
        for row in set.rows.indices where set.rows[row].refusals.isEmpty {
            do {
                try statement.run { bindings in
                    bindings.set(set.rows[row].id.rawValue, at: 0)
                    for column in set.rows[row].values.indices { bind(set.rows[row].values[column], bindings, column + 1) }
                }
            } catch let error as PlatformError where error.code == .duplicateValue {
                set.rows[row].refusals.append(try duplicate(error, set, row, connection))
            }
        }
    }

    private static func bind(_ value: Value, _ bindings: any Bindings, _ place: Int) {
        switch value {
        case .null: bindings.setNull(at: place)
        case .boolean(let truth): bindings.set(truth ? 1 : 0, at: place)
        case .integer(let number): bindings.set(number, at: place)
        case .double(let number): bindings.set(double: number, at: place)
        case .text(let text):
            var text = text
            text.withUTF8 { bindings.set(text: $0, at: place) }
        case .date(let day): bindings.set(Int64(day.daysSince1970), at: place)
        case .datetime(let instant): bindings.set(instant.milliseconds, at: place)
        case .time(let time): bindings.set(Int64(time.milliseconds), at: place)
        case .id(let id): bindings.set(id.rawValue, at: place)
        case .bytes(let bytes): bytes.withUnsafeBufferPointer { bindings.set(bytes: $0, at: place) }
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
            if let refusal = try circles.refusal(of: set.rows[row]) {
                set.rows[row].refusals.append(refusal)
                continue
            }
            do {
                try statement.run(set.rows[row].values + [.id(set.rows[row].id)])
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
            let value = set.value(name, of: set.rows[row])
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
