import Records

/// The hold of a process on an organisation's folder, until it is let go of.
///
/// Records in a SQLite file belong to one process. Those in a PostgreSQL database may belong to several on the machine at
/// once (docs/decisions/0014), but for what only one may do: bringing the tables to a new form, and moving.
final class FolderHold: Sendable {
    let isShared: Bool
    /// Whether nobody else had the folder open when this was taken.
    let isAlone: Bool
    private let lock: FileLock
    /// Held by who opens the folder, so that nobody comes in between while the other lock changes hands.
    private let door: FileLock

    private static let waitMilliseconds = 50
    private static let waitsMax = 1200

    /// - Parameter isShared: Waits a while for others who open the folder, and comes in beside them.
    /// - Throws: `UNABLE_TO_LOCK_ROW` when another process has the folder open, and will not share it.
    init(_ path: String, isShared: Bool) async throws {
        (lock, door) = (try FileLock(path: path), try FileLock(path: path + "-door"))
        self.isShared = isShared
        var waits = isShared ? Self.waitsMax : 0
        while !door.take(.alone) {
            guard waits > 0 else { throw Self.taken }
            waits -= 1
            try await Task.sleep(for: .milliseconds(Self.waitMilliseconds))
        }
        isAlone = lock.take(.alone)
        guard isAlone || isShared && lock.take(.together) else { throw Self.taken }
        if !isShared { door.release() }
    }

    /// Lets others in, once all is ready for them.
    func share() {
        let isHeld = lock.take(.together)
        precondition(isHeld, "nobody comes in between")
        door.release()
    }

    func release() {
        door.release()
        lock.release()
    }

    private static let taken = PlatformError(
        .unableToLockRow,
        "Another process has this organisation open: a command at work, or a server that takes no commands. "
            + "Wait for it, or stop it."
    )
}
