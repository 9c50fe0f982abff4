import CSQLite
import Records

extension SQLiteConnection {
    /// Moves the log into the file and empties it; no byte of what was deleted remains in either.
    func scrub() throws {
        // Short readings end within this; while a long one goes on, writers must not wait for it.
        sqlite3_busy_timeout(database, 1000)
        defer { sqlite3_busy_timeout(database, Self.busyMilliseconds) }
        let isBusy = try first("PRAGMA wal_checkpoint(TRUNCATE)") { $0.int64(0) != 0 } ?? true
        // Pages in memory may hold what the file no longer does, and would carry it back with their next change.
        sqlite3_db_release_memory(database)
        guard !isBusy else {
            throw PlatformError(
                .unableToLockRow,
                "A long reading still holds an older state of the database. Repeat this when it has ended."
            )
        }
    }
}
