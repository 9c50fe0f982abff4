import Foundation
import Records

/// The hold on something that is under way, so that no other process does it as well: a restriction or an erasure, which it
/// would take for one that a crash cut off, or what is done from hour to hour. The system lets go of it when the process ends.
struct DeedHold: Sendable {
    private let lock: FileLock
    private let path: String

    /// - Throws: `UNABLE_TO_LOCK_ROW` when somebody holds it.
    init(path: String) throws {
        self.path = path
        var lock = try FileLock(path: path)
        while true {
            guard lock.take(.alone) else {
                throw PlatformError(.unableToLockRow, "This is being carried out already. Wait until that has ended.")
            }
            if lock.isAt(path) { break }
            lock.release()
            lock = try FileLock(path: path)
        }
        self.lock = lock
    }

    /// Whoever has opened the file meanwhile takes one that is no longer there, sees that, and opens the next.
    func end() {
        try? FileManager.default.removeItem(atPath: path)
        lock.release()
    }
}

extension Engine {
    /// - Throws: `UNABLE_TO_LOCK_ROW` when the request is being carried out.
    func holdDeed(_ request: RecordID) throws -> DeedHold { try DeedHold(path: "\(folder.jobs)/\(request).lock") }

    /// Runs `body`, unless this or another process is at work under the same name.
    public func onceAtATime(_ name: StaticString, _ body: () async throws -> Void) async throws {
        guard let hold = try? DeedHold(path: "\(folder.jobs)/\(name).lock") else { return }
        defer { hold.end() }
        try await body()
    }
}
