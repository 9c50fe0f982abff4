public import Records
import Store

/// A restriction of processing, as it stands.
public struct RestrictionDeed: Sendable {
    /// The request that asked for it.
    public let request: RecordID
    public let person: RecordID
    public let state: State
    /// The person's own records that were moved.
    public let recordCount: Int
    /// All rows: records, history, bin.
    public let rowCount: Int
    /// SHA-256 of the sealed file, in hexadecimal.
    public let fileHash: String
    public let began: Instant
    /// When it was lifted, or ended by an erasure.
    public let ended: Instant?

    public enum State: String, Sendable {
        /// Asked for; nothing has been moved.
        case moving
        /// The records are in the sealed file and nowhere else.
        case restricted
        /// The records are back as they were.
        case lifted
        /// The person was erased while restricted.
        case erased
    }

    static func find(_ condition: SQL, _ connection: any Connection) throws -> [RestrictionDeed] {
        try connection.all(
            """
            SELECT request, person, state, hash, records, rows, at, ended FROM az_restriction
            WHERE \(condition) ORDER BY at, request
            """
        ) { row in
            RestrictionDeed(
                request: RecordID(rawValue: row.int64(0)), person: RecordID(rawValue: row.int64(1)),
                state: State(rawValue: row.string(2)) ?? .moving, recordCount: Int(row.int64(4)),
                rowCount: Int(row.int64(5)), fileHash: row.isNull(3) ? "" : row.withBytes(3) { Hexadecimal.text($0) },
                began: Instant(milliseconds: row.int64(6)),
                ended: row.isNull(7) ? nil : Instant(milliseconds: row.int64(7))
            )
        }
    }
}

/// Bytes as people compare them.
enum Hexadecimal {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        bytes.reduce(into: "") { text, byte in
            text += String(byte >> 4, radix: 16)
            text += String(byte & 15, radix: 16)
        }
    }
}
