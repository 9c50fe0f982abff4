import Records
import Store
import Vault

/// Which fields of an organisation are encrypted, as the database has it.
enum SealedFields {
    private static let columns: SQL = "number, object, field, scheme, version, is_sealing, is_settled"

    /// The objects, with what is known of their encrypted fields.
    static func fill(_ objects: [ObjectSchema], on connection: any Connection) throws -> [ObjectSchema] {
        let sealed = try all(on: connection)
        if sealed.isEmpty { return objects }
        let byObject = Dictionary(grouping: sealed, by: \.object)
        return objects.map { object in
            guard let sealed = byObject[object.name] else { return object }
            var fields = object.fields
            for field in sealed {
                if let place = object.index(of: field.field) { fields[place].encryption = field.encryption }
            }
            return object.with(fields: fields, subjectPath: object.subjectPath)
        }
    }

    /// A field that is encrypted.
    struct Row {
        let object: String
        let field: String
        let encryption: FieldEncryption
    }

    static func all(on connection: any Connection) throws -> [Row] {
        try connection.all("SELECT \(columns) FROM az_sealed_field ORDER BY number", row).compactMap(\.self)
    }

    /// A field whose values are to be brought to another form.
    static func firstUnsettled(on connection: any Connection) throws -> Row? {
        try all(on: connection).first { !$0.encryption.isSettled }
    }

    static func encryption(of object: String, _ field: String, on connection: any Connection) throws -> FieldEncryption?
    {
        guard connection.fieldKeys != nil else { return nil }
        let found = try connection.first(
            """
            SELECT \(columns) FROM az_sealed_field WHERE object = \(.text(object)) AND field = \(.text(field))
            """, row)
        return found??.encryption
    }

    private static func row(_ row: any Cells) -> Row? {
        guard let scheme = FieldEncryption.Scheme(rawValue: row.string(3)) else { return nil }
        return Row(
            object: row.string(1), field: row.string(2),
            encryption: FieldEncryption(
                scheme: scheme, number: Int(row.int64(0)), version: Int(row.int64(4)),
                isSealing: row.int64(5) != 0, isSettled: row.int64(6) != 0))
    }

    /// Sees to it that this process knows all secrets before anything is read or written.
    ///
    /// - Throws: ``UnknownKeys``.
    static func demandKeys(on connection: any Connection) throws {
        let state = try secretsState(on: connection)
        guard state > 0 else { return }
        guard let opening = connection as? OpeningConnection, opening.secretsState >= state else {
            throw UnknownKeys(state: state)
        }
    }

    static func secretsState(on connection: any Connection) throws -> Int64 {
        try connection.first("SELECT secrets FROM az_schema") { $0.int64(0) } ?? 0
    }

    /// To be called in a transaction after every change of the secrets.
    static func noteSecrets(on connection: any Connection) throws {
        try connection.execute("UPDATE az_schema SET secrets = secrets + 1")
        try LiveSchema.advance(on: connection)
    }

    /// Takes a field in, or changes how it is encrypted; what is stored follows.
    static func set(
        _ field: Field, of object: ObjectSchema, _ scheme: FieldEncryption.Scheme, version: Int, isSealing: Bool,
        on connection: any Connection
    ) throws {
        let last =
            try connection.first("SELECT max(number) FROM az_sealed_field") { $0.isNull(0) ? 0 : $0.int64(0) } ?? 0
        let seals: Int64 = isSealing ? 1 : 0
        try connection.execute(
            """
            INSERT INTO az_sealed_field (number, object, field, scheme, version, is_sealing, is_settled, position, history)
            VALUES (\(.integer(last + 1)), \(.text(object.name)), \(.text(field.name)), \(.text(scheme.rawValue)),
            \(.integer(Int64(version))), \(.integer(seals)), 0, 0, 0)
            ON CONFLICT (object, field) DO UPDATE SET scheme = excluded.scheme, version = excluded.version,
            is_sealing = excluded.is_sealing, is_settled = 0, position = 0, history = 0
            """
        )
    }

    /// A field that is not there any more.
    static func forget(_ field: String, of object: String, on connection: any Connection) throws {
        try connection.execute(
            "DELETE FROM az_sealed_field WHERE object = \(.text(object)) AND field = \(.text(field))")
    }
}
