import CSQLite
import Records

/// The row on which a statement stands, read in SQLite's own memory.
struct SQLiteRow: Cells {
    let statement: OpaquePointer

    func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }

    func int64(_ column: Int) -> Int64 { sqlite3_column_int64(statement, Int32(column)) }

    func double(_ column: Int) -> Double { sqlite3_column_double(statement, Int32(column)) }

    func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8> {
        // Asked for as a blob, a text comes as it lies in the page: no copy for a terminator.
        let start = sqlite3_column_blob(statement, Int32(column))
        let count = Int(sqlite3_column_bytes(statement, Int32(column)))
        return UnsafeBufferPointer(start: start?.assumingMemoryBound(to: UInt8.self), count: start == nil ? 0 : count)
    }
}
