import Foundation
import Glibc
import Records

/// Events of one hour on their way into the database: a file that one process writes and holds, and whoever finds it without its holder
/// reads.
final class EventFile {
    let hour: Instant
    private let descriptor: Int32
    private let lock: FileLock
    /// The line behind which nothing comes: the process has ended it itself.
    static let end = Array("end\n".utf8)

    /// - Parameter name: Tells the processes of this hour apart.
    init(folder: String, hour: Instant, name: String) throws {
        self.hour = hour
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let path = "\(folder)/\(Self.text(of: hour))-\(name).csv"
        lock = try FileLock(path: path)
        guard lock.take(.alone) else { throw Self.failure("held") }
        descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("opened") }
    }

    deinit { Glibc.close(descriptor) }

    /// Returns when the lines are on the disk.
    func write(_ bytes: [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
                return Glibc.write(descriptor, rest.baseAddress, rest.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let error = Self.failure("written")
                // Half a line would spoil the next.
                _ = ftruncate(descriptor, lseek(descriptor, 0, SEEK_END) - off_t(done))
                throw error
            }
            done += count
        }
        guard fdatasync(descriptor) == 0 else { throw Self.failure("written") }
    }

    /// Nothing more is written.
    func end() {
        try? write(Self.end)
        lock.release()
    }

    private static func failure(_ verb: String) -> PlatformError {
        PlatformError(
            .storageLimitExceeded, "The event log cannot be \(verb).", detail: String(cString: strerror(errno)))
    }

    /// `2026112817`
    static func text(of hour: Instant) -> String {
        String(hour.description.prefix(13).filter(\.isWholeNumber))
    }

    /// The hour that the name of a file tells; nil for others' files.
    static func hour(of name: String) -> Instant? {
        let digits = name.prefix(10)
        guard name.hasSuffix(".csv"), digits.count == 10, digits.allSatisfy(\.isWholeNumber) else { return nil }
        let (year, month) = (digits.prefix(4), digits.dropFirst(4).prefix(2))
        let (day, hour) = (digits.dropFirst(6).prefix(2), digits.suffix(2))
        return Instant("\(year)-\(month)-\(day)T\(hour):00:00.000Z")
    }
}

extension Instant {
    /// When the hour of UTC in which it lies began.
    var hour: Instant { Instant(milliseconds: milliseconds - milliseconds % 3_600_000) }
}
