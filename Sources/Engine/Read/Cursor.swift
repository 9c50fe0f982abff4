import Records
import Store

/// A result kept for reading page by page: the query and the ids of its rows as they were at the first page.
struct Cursor {
    let id: RecordID
    let soql: String
    let deleted: Deleted
    let total: Int
    /// Those of the page asked for.
    let ids: [RecordID]
    /// Of a query for what has changed: when it was asked.
    let asked: Instant?

    /// Kept as long as somebody reads on, and so long after.
    static let idleMillisecondsMax: Int64 = 2 * 86_400_000

    private static let prefix: KeyPrefix = {
        guard let prefix = KeyPrefix("01g") else { preconditionFailure("01g is a key prefix") }
        return prefix
    }()

    /// `<id>-<offset>`.
    static func locator(_ id: RecordID, offset: Int) -> String { "\(id)-\(offset)" }

    static func parse(_ locator: String) throws -> (id: RecordID, offset: Int) {
        let parts = locator.split(separator: "-", maxSplits: 1)
        guard let first = parts.first, let id = RecordID(first), id.prefix == prefix,
            let offset = parts.count == 1 ? 0 : Int(parts[1]), offset >= 0
        else { throw invalid }
        return (id, offset)
    }

    static let invalid = PlatformError(
        .invalidQueryLocator, "invalid query locator: it is not yours, or its time is over. Run the query again."
    )

    /// Keeps a result; its id cannot be guessed.
    static func keep(
        _ ids: [Int64], of soql: String, deleted: Deleted, size: Int, asked: Instant?, user: RecordID,
        _ environment: Environment, on connection: any Connection
    ) throws -> RecordID {
        let now = environment.now()
        let oldest = now.milliseconds - idleMillisecondsMax
        try connection.execute("DELETE FROM az_cursor WHERE touched < \(.integer(oldest))")
        let sequence = environment.randomBytes(5).reduce(0) { $0 << 8 | Int64($1) }
        let id = RecordID(prefix: prefix, sequence: sequence)
        let bytes = ids.withUnsafeBytes { Array($0) }
        try connection.execute(
            """
            INSERT INTO az_cursor (id, "user", soql, deleted, total, size, asked, ids, touched) VALUES (\(.id(id)), \(.id(user)), \
            \(.text(soql)), \(.integer(deleted.rawValue)), \(.integer(Int64(ids.count))), \(.integer(Int64(size))), \
            \(asked.map { .datetime($0) } ?? .null), \(.bytes(bytes)), \(.datetime(now)))
            """
        )
        return id
    }

    /// The part of a result that a page needs, as many rows as the first had where no number is named; nil when it is not this user's or its time is over.
    static func read(
        _ id: RecordID, offset: Int, size: Int?, user: RecordID, now: Instant, on connection: any Connection
    ) throws -> Cursor? {
        let oldest = now.milliseconds - idleMillisecondsMax
        let bytes: SQL = size.map { "\(.integer(Int64($0 * 8)))" } ?? "size * 8"
        return try connection.first(
            """
            SELECT soql, deleted, total, \
            substr(ids, CAST(\(.integer(Int64(offset * 8 + 1))) AS INTEGER), CAST(\(bytes) AS INTEGER)) \
            , asked FROM az_cursor WHERE id = \(.id(id)) AND "user" = \(.id(user)) AND touched >= \(.integer(oldest))
            """
        ) { row in
            Cursor(
                id: id, soql: row.string(0), deleted: Deleted(rawValue: row.int64(1)) ?? .without,
                total: Int(row.int64(2)),
                ids: row.withBytes(3) { bytes in
                    stride(from: 0, to: bytes.count - 7, by: 8).map {
                        RecordID(
                            rawValue: UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: $0, as: Int64.self))
                    }
                }, asked: row.isNull(4) ? nil : Instant(milliseconds: row.int64(4))
            )
        }
    }

    /// Whether a query asks for what has changed since some moment. Whoever copies records takes the latest stamp that it
    /// has seen for where to go on: a stamp behind the moment of the query would have it pass over what changed before.
    static func asksForChanges(_ soql: String) -> Bool {
        let text = soql.lowercased()
        guard let condition = text.firstRange(of: "where") else { return false }
        let rest = text[condition.upperBound...]
        return ["systemmodstamp", "lastmodifieddate"].contains { rest.contains($0) }
    }

    /// Those of the page that have not changed since the query was asked.
    func unchanged(_ object: ObjectSchema, on connection: any Connection) throws -> [RecordID] {
        guard let asked, object.field("SystemModstamp") != nil else { return ids }
        var changed: Set<RecordID> = []
        for start in stride(from: 0, to: ids.count, by: 1024) {
            let some = ids[start..<min(start + 1024, ids.count)]
            let list = SQL.joined(some.map { "\(.id($0))" }, separator: ", ")
            try connection.rows(
                """
                SELECT "Id" FROM \(identifier: Identifier(object.name)) \
                WHERE "Id" IN (\(list)) AND "SystemModstamp" > \(.datetime(asked))
                """
            ) { row in
                changed.insert(RecordID(rawValue: row.int64(0)))
                return true
            }
        }
        return changed.isEmpty ? ids : ids.filter { !changed.contains($0) }
    }
}
