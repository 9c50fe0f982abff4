import CPostgreSQL
import Records

/// A PostgreSQL database: a connection that writes, and connections that read, each with a thread of its own.
///
/// All processes that write to it take turns, transaction by transaction.
public final class PostgreSQLStore: Store {
    private let writer: JobQueue<PostgreSQLConnection>
    private let readers: JobQueue<PostgreSQLConnection>

    /// Connects to the database, which must be of encoding UTF8 and order texts by their bytes, as
    /// `createdb --encoding UTF8 --locale C --template template0` makes one.
    ///
    /// - Parameters:
    ///   - settings: As libpq takes them: `postgresql://…` or `host=… dbname=…`. A password is better in `~/.pgpass`.
    ///   - readers: at least 1. All but one of them may be given to streams at the same time (one of one).
    /// - Throws: `SERVER_UNAVAILABLE` when it cannot be reached; `UNKNOWN_EXCEPTION` when it is of another kind.
    public static func open(_ settings: String, readers: Int) throws -> PostgreSQLStore {
        precondition(readers >= 1, "a store has a reader")
        let epoch = TableEpoch()
        let writing = try PostgreSQLConnection(settings: settings, epoch: epoch)
        do {
            try prepareDatabase(writing)
        } catch {
            writing.close()
            throw error
        }
        return PostgreSQLStore(writing, settings, epoch, readers: readers)
    }

    /// Runs a statement that no transaction may hold, such as CREATE DATABASE, on a connection of its own.
    public static func administer(_ settings: String, _ statement: SQL) throws {
        let connection = try PostgreSQLConnection(settings: settings)
        defer { connection.close() }
        try connection.execute(statement)
    }

    private init(_ writing: PostgreSQLConnection, _ settings: String, _ epoch: TableEpoch, readers count: Int) {
        writer = JobQueue(longMax: 1)
        readers = JobQueue(longMax: max(1, count - 1))
        // The server has only so many connections: those that nobody needs are not made.
        readers.serve(upTo: count) {
            try PostgreSQLConnection(settings: settings, epoch: epoch)
        } letGo: {
            $0.close()
        }
        writer.serve(writing) { $0.close() }
    }

    deinit {
        readers.close()
        writer.close()
    }

    private static func prepareDatabase(_ connection: PostgreSQLConnection) throws {
        try connection.inWriting { connection in
            let kind = try connection.first(
                """
                SELECT pg_encoding_to_char(encoding), datcollate, current_setting('server_version_num')::bigint
                FROM pg_database WHERE datname = current_database()
                """
            ) { (encoding: $0.string(0), order: $0.string(1), version: $0.int64(2)) }
            guard let kind, kind.encoding == "UTF8", ["C", "POSIX", "C.UTF-8"].contains(kind.order) else {
                throw PlatformError(
                    .unknownException,
                    "The database does not order texts by their bytes. "
                        + "Make one by: createdb --encoding UTF8 --locale C --template template0 NAME"
                )
            }
            guard kind.version >= 140_000 else {
                throw PlatformError(.unknownException, "The database server is older than PostgreSQL 14.")
            }
            try connection.execute("CREATE EXTENSION IF NOT EXISTS citext")
        }
    }

    public func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await writer.run(interrupts: false) { try $0.inWriting(body) }
    }

    public func writeUnsettled<T: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> T
    ) async throws -> T {
        try await writer.run(interrupts: false) { try $0.inWriting(isSettled: false, body) }
    }

    public func settle() async throws {
        // A transaction with a number is written to the log, and waits for all of the log before it. Not cancelled: who
        // asks has committed already.
        try await withCheckedThrowingContinuation { continuation in
            writer.add(
                JobQueue.Job(isLong: false) { connection in
                    continuation.resume(
                        with: Result {
                            try connection.inWriting { try $0.rows("SELECT pg_current_xact_id()::text") { _ in true } }
                        })
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
                    try connection.inWriting(body)
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
        try await readers.run(interrupts: true) { try $0.inRepeatableReading(body) }
    }

    /// Never: another process answers, and the caller's thread would wait for it.
    public func readHere<T>(_ body: (any Connection) throws -> T) throws -> T? { nil }

    public func stream<Chunk: Sendable>(
        _ body: @escaping @Sendable (any Connection, _ emit: (Chunk) throws -> Void) throws -> Void
    ) -> AsyncThrowingStream<Chunk, any Error> {
        let reading = Reading(of: readers, body)
        return AsyncThrowingStream { try await reading.next() }
    }

    public func scrub() async throws { _ = try await writer.run(interrupts: false) { try $0.execute("VACUUM") } }

    public func integrityCheck() async throws -> [String] {
        try await read { connection in
            let tables = try connection.all(
                "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
            ) { Identifier($0.string(0)) }
            var faults: [String] = []
            for table in tables {
                do {
                    // Every page and every long text is read; the server knows a damaged page by its checksum.
                    try connection.savepoint {
                        try connection.rows("SELECT sum(length(t::text)) FROM \(identifier: table) t") { _ in true }
                    }
                } catch let error as PlatformError {
                    faults.append("The table \(table.quoted) cannot be read: \(error.detail ?? error.message)")
                }
            }
            return faults
        }
    }

    public func close() async {
        readers.close()
        await readers.ended()
        writer.close()
        await writer.ended()
    }
}
