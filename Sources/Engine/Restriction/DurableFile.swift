import Glibc
import Records

/// Files that are whole and on the disk, or not there.
enum DurableFile {
    /// Writes a file with mode 0600 under a passing name, flushes it, gives it its name and flushes the folder.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let passing = path + ".part"
        let descriptor = open(passing, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("made", path) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                let error = failure("written", path)
                close(descriptor)
                unlink(passing)
                throw error
            }
            written += count
        }
        guard fsync(descriptor) == 0, close(descriptor) == 0, rename(passing, path) == 0 else {
            let error = failure("written", path)
            unlink(passing)
            throw error
        }
        try flushFolder(of: path)
    }

    static func read(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("read", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("read", path) }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var place = 0
        while place < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress.map { $0 + place }, $0.count - place)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("read", path) }
            place += count
        }
        return bytes
    }

    /// Overwrites a file with zeros, then removes it; absent is done. On disks that keep old blocks it is the seal that
    /// protects what was in it.
    static func remove(_ path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        if descriptor >= 0 {
            var status = stat()
            if fstat(descriptor, &status) == 0 {
                let zeros = [UInt8](repeating: 0, count: 65_536)
                var left = Int(status.st_size)
                while left > 0 {
                    let count = zeros.withUnsafeBytes {
                        Glibc.write(descriptor, $0.baseAddress, min(left, zeros.count))
                    }
                    guard count > 0 else { break }
                    left -= count
                }
                fsync(descriptor)
            }
            close(descriptor)
        }
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("removed", path) }
        try flushFolder(of: path)
    }

    private static func flushFolder(of path: String) throws {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("flushed", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("flushed", path) }
    }

    private static func failure(_ verb: String, _ path: String) -> PlatformError {
        PlatformError(
            .unknownException,
            "A file of the organisation's folder cannot be \(verb). Check the disk's space and the folder's owner.",
            detail: "\(path): \(String(cString: strerror(errno)))"
        )
    }
}
