import Records
import Store

/// A row that follows from others and is kept in step with them by the product itself.
enum StandingRow {
    /// Whether a record is kept by the product itself, so that nobody deletes it.
    static func isOne(_ id: RecordID, _ connection: any Connection) throws -> Bool {
        switch id.prefix.description {
        case "0PS":
            try connection.first("SELECT \"IsOwnedByProfile\" FROM \"PermissionSet\" WHERE \"Id\" = \(.id(id))") {
                $0.int64(0) != 0
            } ?? false
        case "00G":
            try connection.first(
                """
                SELECT 1 FROM "Group" WHERE "Id" = \(.id(id)) \
                AND "Type" IN ('Role', 'RoleAndSubordinates', 'Organization')
                """
            ) { _ in true } ?? false
        default: false
        }
    }

    @discardableResult
    static func insert(
        _ cells: [(String, Value)], into object: ObjectSchema, at now: Instant?, _ connection: any Connection
    ) throws -> RecordID {
        let id = RecordID(
            prefix: object.keyPrefix, sequence: try Sequences.reserve(1, of: object.name, connection))
        let moment = Value.datetime(now ?? Instant(milliseconds: 0))
        let stamps: [(String, Value)] = [
            ("Id", .id(id)), ("CreatedDate", moment), ("LastModifiedDate", moment), ("SystemModstamp", moment),
            ("CreatedById", .id(SystemUser.install.id)), ("LastModifiedById", .id(SystemUser.install.id)),
        ]
        let all = (stamps + cells).filter { object.field($0.0) != nil }
        try connection.execute(
            """
            INSERT INTO \(identifier: Identifier(object.name)) \
            (\(.joined(all.map { "\(identifier: Identifier($0.0))" }, separator: ", "))) \
            VALUES (\(.joined(all.map { "\($0.1)" }, separator: ", ")))
            """
        )
        return id
    }
}
