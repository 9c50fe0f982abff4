import Records
import Store

/// From which number on no record of an object is in a block of the search index. Blocks of what comes behind it can be written
/// without a look at those that are there.
struct SearchMark {
    private let object: String
    private let connection: any Connection

    init(object: String, _ connection: any Connection) { (self.object, self.connection) = (object, connection) }

    func isBehindAll(_ record: Int64) throws -> Bool {
        let next = try connection.first("SELECT next FROM az_search_mark WHERE object = \(.text(object))") {
            $0.int64(0)
        }
        return RecordID(rawValue: record).sequence >= next ?? 0
    }

    /// Notes that a record is in blocks.
    func move(behind record: Int64) throws {
        try connection.execute(
            """
            INSERT INTO az_search_mark (object, next) \
            VALUES (\(.text(object)), \(.integer(RecordID(rawValue: record).sequence + 1))) ON CONFLICT (object) \
            DO UPDATE SET next = excluded.next WHERE excluded.next > az_search_mark.next
            """
        )
    }
}
