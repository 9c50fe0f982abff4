import Records
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A lock between the processes of a machine: a file that one of them holds alone, or several together (flock(2)). The
/// system lets go of it when the process ends, however it ends.
final class FileLock: Sendable {
    enum Kind {
        /// Nobody else holds it in any way.
        case alone
        /// Others may hold it like this as well.
        case together

        fileprivate var operation: Int32 { self == .alone ? LOCK_EX : LOCK_SH }
    }

    /// Nil once let go.
    private let descriptor: Mutex<Int32?>

    /// Opens the file, or makes it; holds nothing yet.
    init(path: String) throws {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw PlatformError(
                .unknownException, "The folder cannot be locked. Check that it belongs to this user.",
                detail: "\(path): \(String(cString: strerror(errno)))"
            )
        }
        descriptor = Mutex(file)
    }

    deinit { release() }

    /// Takes it, or changes how it is held, if that can be at once.
    func take(_ kind: Kind) -> Bool {
        descriptor.withLock { descriptor in
            descriptor.map { flock($0, kind.operation | LOCK_NB) == 0 } ?? false
        }
    }

    /// Whether the file is still the one at that path: who held it before may have removed it in between, and then others make a new
    /// one there.
    func isAt(_ path: String) -> Bool {
        descriptor.withLock { descriptor in
            var (own, there) = (stat(), stat())
            guard let descriptor, fstat(descriptor, &own) == 0, stat(path, &there) == 0 else { return false }
            return own.st_ino == there.st_ino && own.st_dev == there.st_dev
        }
    }

    /// Runs `body` as the only holder among processes; waits for that, so others must hold it briefly. Threads of one
    /// process take turns by other means.
    func alone<T>(_ body: () throws -> T) throws -> T {
        let file = descriptor.withLock { $0 } ?? -1
        while flock(file, LOCK_EX) != 0 {
            guard errno == EINTR else {
                throw PlatformError(
                    .unknownException, "The folder cannot be locked.", detail: String(cString: strerror(errno)))
            }
        }
        defer { _ = flock(file, LOCK_UN) }
        return try body()
    }

    /// Lets go for good. Doing it again changes nothing.
    func release() {
        descriptor.withLock { descriptor in
            if let descriptor { close(descriptor) }
            descriptor = nil
        }
    }
}
