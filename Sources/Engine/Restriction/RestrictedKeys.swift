import Records
import Store

/// The values of unique fields that restricted records hold: reserved, so that nobody takes a restricted person's
/// external id or user name, and the person can come back. Kept as keyed hashes, which tell nothing.
struct RestrictedKeys: Sendable {
    private let hash: TermHash

    /// - Parameter key: 32 bytes, one of the organisation's derived keys.
    init(key: [UInt8]) { hash = TermHash(key: key) }

    /// Whether anything is reserved at all: asked once a batch, so that loads do not pay for each row.
    static func exist(_ connection: any Connection) throws -> Bool {
        try connection.first("SELECT 1 FROM az_restricted_key LIMIT 1") { _ in true } ?? false
    }

    /// Whether a value of a unique field is reserved. The refusal is ``taken(_:of:)``.
    func hold(_ value: Value, of field: Field, in object: ObjectSchema, _ connection: any Connection) throws -> Bool {
        guard let text = text(value, field, object) else { return false }
        return try connection.first(
            "SELECT 1 FROM az_restricted_key WHERE hash = \(.integer(hash.number(of: text)))"
        ) { _ in true } ?? false
    }

    /// `DUPLICATE_VALUE`, with a message that does not tell by whom.
    static func taken(_ field: Field, of object: ObjectSchema) -> PlatformError {
        PlatformError(
            .duplicateValue, "\(object.name).\(field.name): the value is not available. Choose another.",
            fields: [field.name]
        )
    }

    /// The restriction that holds a record; nil when none does.
    func request(ofRecord id: RecordID, _ connection: any Connection) throws -> RecordID? {
        try connection.first(
            "SELECT request FROM az_restricted_key WHERE hash = \(.integer(hash.number(of: id.description)))"
        ) { RecordID(rawValue: $0.int64(0)) }
    }

    /// Reserves a record's unique values, and its id, by which the restriction is found again.
    func reserve(_ row: StoredRow, request: RecordID, _ connection: any Connection) throws {
        let unique = row.object.storedFields.filter(\.field.isUnique)
        let texts = unique.compactMap { text(row.values[$0.place], $0.field, row.object) }
        for text in texts + [row.id.description] {
            try connection.execute(
                """
                INSERT INTO az_restricted_key (hash, request) VALUES (\(.integer(hash.number(of: text))), \
                \(.id(request))) ON CONFLICT DO NOTHING
                """
            )
        }
    }

    static func release(_ request: RecordID, _ connection: any Connection) throws {
        try connection.execute("DELETE FROM az_restricted_key WHERE request = \(.id(request))")
    }

    private func text(_ value: Value, _ field: Field, _ object: ObjectSchema) -> String? {
        guard let shown = value.shown, !shown.isEmpty else { return nil }
        return "\(object.name).\(field.name)\u{0}\(field.isCaseSensitive ? shown : shown.lowercased())"
    }
}
