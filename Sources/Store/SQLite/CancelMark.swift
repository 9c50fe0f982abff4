import CSQLite
import Synchronization

/// Whether the job that a connection works for was cancelled.
///
/// `sqlite3_interrupt` reaches only a statement that runs at that moment, and is forgotten between two. So a long
/// statement looks here as well, every few thousand steps of SQLite's machine.
final class CancelMark: Sendable {
    private let isSet = Atomic(false)
    private static let stepsBetweenLooks: Int32 = 4000

    func set() { isSet.store(true, ordering: .relaxed) }
    func clear() { isSet.store(false, ordering: .relaxed) }

    /// Has the statements of a connection look. The mark must outlive the connection.
    func watch(_ database: OpaquePointer) {
        sqlite3_progress_handler(
            database, Self.stepsBetweenLooks,
            { mark in
                guard let mark else { return 0 }
                return Unmanaged<CancelMark>.fromOpaque(mark).takeUnretainedValue().isSet.load(ordering: .relaxed)
                    ? 1 : 0
            },
            Unmanaged.passUnretained(self).toOpaque())
    }
}
