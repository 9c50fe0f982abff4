import CSQLite
import Synchronization

/// Moves pages from the log into the database file beside the writer, so that bulk writing does not wait for it.
///
/// SQLite begins the log anew only when all of it was moved, which beside a busy writer never comes: so when the log has
/// grown long in spite of this, the writer moves what is left, which is little.
final class Checkpoints: Sendable {
    private let queue: JobQueue<SQLiteConnection>
    /// How long the log was when this was last asked to move it.
    private let asked = Atomic(0)

    /// Pages (of 8 KiB) in the log after which they are moved.
    private static let pagesBetween = 500
    /// Pages after which the writer stops for it.
    private static let pagesMax = 3000

    /// - Parameter connection: For this alone.
    init(_ connection: SQLiteConnection) {
        queue = JobQueue(longMax: 1)
        queue.serve(connection) { $0.close() }
    }

    func close() { queue.close() }
    func ended() async { await queue.ended() }

    /// To be told of every commit of the writer: how many pages the log has then.
    func committed(_ pages: Int, on writer: OpaquePointer) {
        if pages < asked.load(ordering: .relaxed) { asked.store(0, ordering: .relaxed) }
        if pages >= Self.pagesMax {
            // Busy while the other one works; then the next commit does it.
            sqlite3_wal_checkpoint_v2(writer, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        } else if pages >= asked.load(ordering: .relaxed) + Self.pagesBetween {
            asked.store(pages, ordering: .relaxed)
            queue.add(
                JobQueue.Job(isLong: false) { connection in
                    sqlite3_wal_checkpoint_v2(connection.database, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
                } refuse: { _ in
                    // The store is being closed, which moves all of it.
                })
        }
    }
}
