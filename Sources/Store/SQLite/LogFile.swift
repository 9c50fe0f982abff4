import Glibc
import Records
import Synchronization

/// The write-ahead log beside a database file, for the one thing that SQLite does only within a commit: waiting until it
/// is on the disk. (SQLite's locks are on other files, so opening and closing this one takes none away.)
final class LogFile: Sendable {
    private let path: String
    /// Opened at the first use, when there is a log; it stays the same file while a connection is open.
    private let descriptor = Mutex<Int32>(-1)

    init(path: String) { self.path = path }

    deinit { descriptor.withLock { if $0 >= 0 { close($0) } } }

    func flush() throws {
        let file = descriptor.withLock { file in
            if file < 0 { file = open(path, O_RDWR | O_CLOEXEC) }
            return file
        }
        guard file >= 0, fdatasync(file) == 0 else {
            throw PlatformError(
                .unknownException, "The disk did not take what was written. Look after it before writing on.",
                detail: "\(path): \(String(cString: strerror(errno)))"
            )
        }
    }
}
