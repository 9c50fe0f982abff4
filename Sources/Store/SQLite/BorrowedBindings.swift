import CSQLite
import Records

/// Bindings whose texts stay with their owner: nothing is copied, and what is not set again stays as it was.
final class BorrowedBindings: Bindings {
    private let handle: OpaquePointer

    init(_ statement: SQLiteStatement) { handle = statement.handle }

    func clear() { sqlite3_clear_bindings(handle) }

    func setNull(at place: Int) { sqlite3_bind_null(handle, Int32(place + 1)) }

    func set(_ number: Int64, at place: Int) { sqlite3_bind_int64(handle, Int32(place + 1), number) }

    func set(double number: Double, at place: Int) { sqlite3_bind_double(handle, Int32(place + 1), number) }

    func set(text bytes: UnsafeBufferPointer<UInt8>, at place: Int) {
        // SQLite takes a null pointer for NULL, which an empty text is not.
        guard let start = UnsafeRawPointer(bytes.baseAddress) else {
            return check(sqlite3_bind_text(handle, Int32(place + 1), "", 0, Self.copied))
        }
        check(
            sqlite3_bind_text(
                handle, Int32(place + 1), start.assumingMemoryBound(to: CChar.self), Int32(bytes.count), nil))
    }

    func set(bytes: UnsafeBufferPointer<UInt8>, at place: Int) {
        guard let start = bytes.baseAddress else { return check(sqlite3_bind_zeroblob(handle, Int32(place + 1), 0)) }
        check(sqlite3_bind_blob(handle, Int32(place + 1), start, Int32(bytes.count), nil))
    }

    /// SQLITE_TRANSIENT, which is a macro with a cast.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// A place that the statement lacks, or a text beyond SQLite's limit, which no field comes near.
    private func check(_ code: Int32) { precondition(code == SQLITE_OK, "a value that no statement can bind: \(code)") }
}
