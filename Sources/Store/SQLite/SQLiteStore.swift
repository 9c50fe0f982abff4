import CSQLite
import Glibc
import Records

/// A SQLite file: a thread that writes, threads that read, and connections that read on the thread of whoever asks.
public final class SQLiteStore: Store {
    private let writer: JobQueue<SQLiteConnection>
    private let readers: JobQueue<SQLiteConnection>
    private let checkpoints: Checkpoints
    private let log: LogFile
    private let spare: SpareConnections<SQLiteConnection>

    /// Opens the file, or makes it with mode 0600.
    ///
    /// - Parameters:
    ///   - readers: at least 1. All but one of them may be given to streams at the same time (one of one).
    ///   - cacheKiB: memory for pages that were written or are soon written again.
    ///   - spare: how many threads may read by themselves at the same time; see ``readHere(_:)``.
    public static func open(
        path: String, readers: Int, spare: Int = 0, cacheKiB: Int = 65_536
    ) throws -> SQLiteStore {
        precondition(readers >= 1, "a store has a reader")
        _ = memoryIsUncounted
        let descriptor = Glibc.open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw PlatformError(
                .unknownException,
                "The database cannot be opened. Check that its folder exists and belongs to this user.",
                detail: "\(path): \(String(cString: strerror(errno)))"
            )
        }
        Glibc.close(descriptor)
        return try SQLiteStore(path: path, readers: readers, spare: spare, cacheKiB: cacheKiB)
    }

    /// Once a process, before SQLite is used: a twelfth of the time of bulk writing.
    private static let memoryIsUncounted = azukari_sqlite3_leave_memory_uncounted() == SQLITE_OK

    private init(path: String, readers count: Int, spare spareCount: Int, cacheKiB: Int) throws {
        let writing = try SQLiteConnection(path: path, role: .writer(cacheKiB: cacheKiB))
        do {
            checkpoints = Checkpoints(try SQLiteConnection(path: path, role: .checkpointer))
        } catch {
            writing.close()
            throw error
        }
        writer = JobQueue(longMax: 1)
        readers = JobQueue(longMax: max(1, count - 1))
        log = LogFile(path: path + "-wal")
        writing.tell(checkpoints)
        // Each connection reads the whole schema when it is opened: those that nobody needs are not.
        spare = SpareConnections(upTo: spareCount) {
            let connection = try SQLiteConnection(path: path, role: .reader)
            connection.refuseToWait()
            return connection
        } letGo: {
            $0.close()
        }
        readers.serve(upTo: count) {
            try SQLiteConnection(path: path, role: .reader)
        } letGo: {
            $0.close()
        }
        writer.serve(writing) { $0.close() }
    }

    deinit {
        spare.close()
        readers.close()
        checkpoints.close()
        writer.close()
    }

    public func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await writer.run(interrupts: false) { try $0.inTransaction("BEGIN IMMEDIATE", body) }
    }

    public func writeUnsettled<T: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> T
    ) async throws -> T {
        try await writer.run(interrupts: false) { try $0.inUnsettledTransaction(body) }
    }

    public func settle() async throws {
        // On a reader's thread, since it waits for the disk. Not cancelled: who asks has committed already.
        try await withCheckedThrowingContinuation { continuation in
            readers.add(
                JobQueue.Job(isLong: false) { [log] _ in
                    continuation.resume(with: Result { try log.flush() })
                } refuse: {
                    continuation.resume(throwing: $0)
                }
            )
        }
    }

    public func writeSoon(
        _ body: @escaping @Sendable (any Connection) throws -> Void, ended: @escaping @Sendable ((any Error)?) -> Void
    ) {
        writer.add(
            JobQueue.Job(isLong: false) { connection in
                do {
                    try connection.inTransaction("BEGIN IMMEDIATE", body)
                    ended(nil)
                } catch {
                    ended(error)
                }
            } refuse: {
                ended($0)
            }
        )
    }

    public func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await readers.run(interrupts: true) { try $0.inReading(body) }
    }

    public func readHere<T>(_ body: (any Connection) throws -> T) throws -> T? {
        guard let connection = spare.take() else { return nil }
        defer { spare.add(connection) }
        do {
            return try connection.inReading(body)
        } catch let error as PlatformError where error.code == .unableToLockRow {
            return nil
        }
    }

    public func stream<Chunk: Sendable>(
        _ body: @escaping @Sendable (any Connection, _ emit: (Chunk) throws -> Void) throws -> Void
    ) -> AsyncThrowingStream<Chunk, any Error> {
        let reading = Reading(of: readers, body)
        return AsyncThrowingStream { try await reading.next() }
    }

    public func scrub() async throws {
        try await writer.run(interrupts: false) { try $0.scrub() }
    }

    public func integrityCheck() async throws -> [String] {
        try await read { try $0.all("PRAGMA integrity_check(100)") { $0.string(0) } }.filter { $0 != "ok" }
    }

    public func close() async {
        spare.close()
        readers.close()
        await readers.ended()
        checkpoints.close()
        await checkpoints.ended()
        writer.close()
        await writer.ended()
    }
}
