import Dispatch
import Foundation
import Glibc
import Records
import Synchronization

/// The files of a bulk job, in a folder of its own: what was sent, what came of each row, what a query found.
struct JobFiles: Sendable {
    let folder: String

    init(_ organisation: OrganisationFolder, job: RecordID) { folder = "\(organisation.jobs)/\(job)" }

    /// What was sent.
    func sent(_ batch: RecordID) -> String { "\(folder)/\(batch).sent" }
    /// What came of each row, or the rows of a query.
    func made(_ batch: RecordID) -> String { "\(folder)/\(batch).made" }
    /// Where each row of a query begins in ``made(_:)``.
    func places(_ batch: RecordID) -> String { "\(folder)/\(batch).places" }

    func make() throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    func remove() throws {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            try DurableFile.remove("\(folder)/\(name)")
        }
        guard rmdir(folder) == 0 || errno == ENOENT else { throw JobFile.failure("removed") }
    }
}

/// A file that is written from its beginning to its end.
final class JobFile: Sendable {
    private let descriptor: Int32
    private let progress: Mutex<Progress>

    /// Opens the file, made when it is not there and cut off behind `length`.
    init(path: String, length: Int) throws {
        progress = Mutex(Progress(flushed: length))
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("made") }
        guard lseek(descriptor, 0, SEEK_END) >= length, ftruncate(descriptor, off_t(length)) == 0 else {
            throw Self.failure("continued")
        }
    }

    deinit { close(descriptor) }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("written") }
            done += count
        }
        beginWriting(upTo: offset + bytes.count)
    }

    /// Has what is complete written to the disk meanwhile, so that little is left to wait for in the end.
    private func beginWriting(upTo end: Int) {
        let isMuch = progress.withLock { progress in
            guard !progress.isFlushing, end - progress.flushed >= Self.bytesAtOnce else { return false }
            (progress.flushed, progress.isFlushing) = (end, true)
            return true
        }
        guard isMuch else { return }
        DispatchQueue.global(qos: .utility).async {
            let isWritten = fdatasync(self.descriptor) == 0
            self.progress.withLock { progress in
                progress.isFlushing = false
                // The system tells of a failure once: the flush in the end must know of it.
                if !isWritten { progress.hasFailed = true }
            }
        }
    }

    private static let bytesAtOnce = 16 << 20

    private struct Progress {
        /// Up to where it was to be written to the disk.
        var flushed: Int
        var isFlushing = false
        var hasFailed = false
    }

    /// Waits until all that was written is on the disk.
    func flush() throws {
        guard fdatasync(descriptor) == 0, !progress.withLock(\.hasFailed) else { throw Self.failure("written") }
    }

    static func failure(_ verb: String) -> PlatformError {
        PlatformError(
            .storageLimitExceeded, "A file of the bulk job cannot be \(verb). Make room on the disk and send it again.",
            detail: String(cString: strerror(errno)))
    }
}

/// Bytes of a job's file, in pieces. A file that an erasure has removed is `NOT_FOUND`.
public final class JobBytes: Sendable {
    private let descriptor: Int32
    /// How many bytes there are.
    public let count: Int

    /// - Parameter count: Up to where the file counts; nil: all of it.
    init(path: String, count: Int? = nil) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw PlatformError(
                .notFound, "The rows of this job are there no more: their time is over, or a person in them was erased."
            )
        }
        self.count = count ?? Int(lseek(descriptor, 0, SEEK_END))
    }

    deinit { close(descriptor) }

    /// At most so many bytes from an offset on; empty at the end.
    public func read(from offset: Int, upTo limit: Int) throws -> [UInt8] {
        let wanted = max(0, min(limit, count - offset))
        return try [UInt8](unsafeUninitializedCapacity: wanted) { room, filled in
            while filled < wanted {
                let got = pread(
                    descriptor, room.baseAddress.map { $0 + filled }, wanted - filled, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                guard got >= 0 else { throw JobFile.failure("read") }
                if got == 0 { break }
                filled += got
            }
        }
    }
}
