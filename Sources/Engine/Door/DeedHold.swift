import Foundation
import Records

/// The hold on a restriction or an erasure that is under way, so that no other process takes it for one that a crash cut
/// off. The system lets go of it when the process ends.
struct DeedHold: Sendable {
    private let lock: FileLock
    private let path: String

    /// - Throws: `UNABLE_TO_LOCK_ROW` when somebody holds it.
    init(path: String) throws {
        self.path = path
        lock = try FileLock(path: path)
        guard lock.take(.alone) else {
            throw PlatformError(.unableToLockRow, "The request is being carried out. Wait until that has ended.")
        }
    }

    /// Whoever has opened the file meanwhile holds one that is no longer there, and finds that nothing is left to do.
    func end() {
        try? FileManager.default.removeItem(atPath: path)
        lock.release()
    }
}

extension Engine {
    /// - Throws: `UNABLE_TO_LOCK_ROW` when the request is being carried out.
    func holdDeed(_ request: RecordID) throws -> DeedHold { try DeedHold(path: "\(folder.jobs)/\(request).lock") }
}
