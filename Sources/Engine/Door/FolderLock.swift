import Records
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The hold of one process on an organisation's folder. The system lets go of it when the process ends, however it ends.
final class FolderLock: Sendable {
    /// Nil once let go.
    private let descriptor: Mutex<Int32?>

    /// - Throws: `UNABLE_TO_LOCK_ROW` when another process has the folder open.
    init(path: String) throws {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw PlatformError(
                .unknownException, "The folder cannot be locked. Check that it belongs to this user.",
                detail: "\(path): \(String(cString: strerror(errno)))"
            )
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw PlatformError(
                .unableToLockRow,
                "Another process has this organisation open: a command at work, or a server that takes no commands. "
                    + "Wait for it, or stop it."
            )
        }
        descriptor = Mutex(file)
    }

    deinit { release() }

    /// Lets go. Doing it again changes nothing.
    func release() {
        descriptor.withLock { descriptor in
            if let descriptor { close(descriptor) }
            descriptor = nil
        }
    }
}
