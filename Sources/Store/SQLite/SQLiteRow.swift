import CSQLite
import Records

/// The row on which a statement stands, read in SQLite's own memory.
struct SQLiteRow: Cells {
    let statement: OpaquePointer

    func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }

    func int64(_ column: Int) -> Int64 { sqlite3_column_int64(statement, Int32(column)) }

    func double(_ column: Int) -> Double { sqlite3_column_double(statement, Int32(column)) }

    func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8> {
        // The value itself is asked, twice, for the price of one look at the column; that is sound on a connection without
        // SQLite's mutex. Asked for as a blob, a text comes as it lies in the page: no copy for a terminator.
        let value = sqlite3_column_value(statement, Int32(column))
        let start = sqlite3_value_blob(value)
        let count = Int(sqlite3_value_bytes(value))
        return UnsafeBufferPointer(start: start?.assumingMemoryBound(to: UInt8.self), count: start == nil ? 0 : count)
    }
}
