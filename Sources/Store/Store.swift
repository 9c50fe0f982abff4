public import Records

/// A database: one writer, many readers, each on a thread of its own.
///
/// The bodies run on those threads, synchronously, and must not block on anything else. SQLite is the first conformer;
/// nothing of it shows here.
public protocol Store: Sendable {
    /// Runs `body` in a transaction on the writer, and commits when it returns. Rolled back when it throws or the
    /// caller was cancelled before it began. One at a time, in the order of the calls.
    @discardableResult
    func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T

    /// The same, but a power failure may undo what was committed, until ``settle()`` has returned: nobody may be told of it
    /// before. For bulk work, which writes on while the disk works.
    @discardableResult
    func writeUnsettled<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T

    /// Waits until all that is committed is on the disk, also for a caller that was cancelled.
    func settle() async throws

    /// Queues a transaction for which nobody waits, behind the writes asked for before. `ended` runs on the writer's thread
    /// when it is over, with the error that undid it or nil.
    func writeSoon(
        _ body: @escaping @Sendable (any Connection) throws -> Void, ended: @escaping @Sendable ((any Error)?) -> Void
    )

    /// Runs `body` on a reader, which sees one moment of the database. A cancelled caller interrupts it.
    func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T

    /// Runs `body` on the calling thread, at one moment of the database, when that can begin at once; nil when it cannot.
    /// Never waits for anybody. For callers of ``readShortly(_:)``; nothing else bounds what `body` does.
    func readHere<T>(_ body: (any Connection) throws -> T) throws -> T?

    /// Runs `body` on a reader and hands on the chunks that it emits, at most a few ahead of the consumer.
    /// The reader is released when the body ends or the consumer goes away.
    func stream<Chunk: Sendable>(
        _ body: @escaping @Sendable (any Connection, _ emit: (Chunk) throws -> Void) throws -> Void
    ) -> AsyncThrowingStream<Chunk, any Error>

    /// Makes what was deleted or overwritten so far vanish from the database's files, their logs and free pages.
    ///
    /// Throws ``PlatformError/Code/unableToLockRow`` when a reading that began before still holds the old state;
    /// repeat it then.
    func scrub() async throws

    /// What is wrong with the files, a sentence each; empty when all is well. Reads the whole database.
    func integrityCheck() async throws -> [String]

    /// Ends after the work in hand. Later calls throw ``PlatformError/Code/serverUnavailable``.
    func close() async
}

/// A connection, inside a transaction of the store. Used only on the thread that hands it over.
public protocol Connection: AnyObject {
    /// What differs between databases.
    var dialect: Dialect { get }

    /// Runs a statement to its end; the number of rows it changed.
    @discardableResult
    func execute(_ statement: SQL) throws -> Int

    /// Runs a query; `body` gets each row and answers whether to go on.
    func rows(_ query: SQL, _ body: (any Cells) throws -> Bool) throws

    /// The same with a statement that is found by its identity, for those that run many times a second.
    func rows(_ query: KeptSQL, _ bindings: [Value], _ body: (any Cells) throws -> Bool) throws

    /// Runs a query whose columns hold these kinds; `body` gets its rows in blocks of some hundreds, for bulk work.
    func blocks(_ query: SQL, as kinds: [Cell.Kind], _ body: (CellBlock) throws -> Void) throws

    /// A statement kept for many runs with other bindings; its own bindings only tell their number.
    func prepare(_ statement: SQL) throws -> any PreparedStatement

    /// Inserts rows, for bulk work. Texts and blobs are borrowed: they must stay where they are until this returns.
    ///
    /// - Parameter failed: Gets the place of a row that was refused, and why; the others go on when it returns.
    func insert(_ rows: NewRows, failed: (Int, any Error) throws -> Void) throws

    /// Runs the statements of a migration. Callers use ``migrate(_:)``, which keeps count of them.
    func run(_ migration: Migration) throws

    /// Runs `body` in a savepoint: what it wrote is undone when it throws, and the transaction goes on.
    @discardableResult
    func savepoint<T>(_ body: () throws -> T) throws -> T
}

/// A statement prepared once and run many times. Used only on its connection's thread, until the transaction ends.
public protocol PreparedStatement: AnyObject {
    /// Runs it with these bindings, one per `?`.
    func run(_ bindings: [Value]) throws
    /// Runs it with what `bind` sets, place by place; what it leaves out is NULL. For bulk work: no values are made.
    func run(_ bind: (any Bindings) throws -> Void) throws
    /// Runs a query; `body` gets each row and answers whether to go on.
    func rows(_ bindings: [Value], _ body: (any Cells) throws -> Bool) throws
}

/// The places of a prepared statement's `?`, counted from 0. Valid only inside the call that hands it over.
public protocol Bindings {
    /// Integers, booleans (0 and 1), ids, datetimes (milliseconds), dates (days), times (milliseconds).
    func set(_ number: Int64, at place: Int)
    func set(double number: Double, at place: Int)
    /// UTF-8; copied before the call returns.
    func set(text bytes: UnsafeBufferPointer<UInt8>, at place: Int)
    /// A blob; copied as a text is.
    func set(bytes: UnsafeBufferPointer<UInt8>, at place: Int)
}

extension Store {
    /// Reads a few rows by their keys: on the calling thread where a connection is free, else as ``read(_:)``.
    ///
    /// Such a reading takes some microseconds, waking a thread for it several times as long (docs/decisions/0005). What
    /// scans, sorts or joins without a key belongs in ``read(_:)``: it would hold up everybody whom this thread serves.
    public func readShortly<T: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> T
    ) async throws -> T {
        if let found = try readHere(body) { return found }
        return try await read(body)
    }
}

extension Connection {
    /// The first row made into a value; nil when there is none.
    public func first<T>(_ query: SQL, _ make: (any Cells) throws -> T) throws -> T? {
        var found: T?
        try rows(query) { row in
            found = try make(row)
            return false
        }
        return found
    }

    /// The first row of a kept statement made into a value; nil when there is none.
    public func first<T>(_ query: KeptSQL, _ bindings: [Value], _ make: (any Cells) throws -> T) throws -> T? {
        var found: T?
        try rows(query, bindings) { row in
            found = try make(row)
            return false
        }
        return found
    }

    /// All rows made into values. For results whose size is known to be small.
    public func all<T>(_ query: SQL, _ make: (any Cells) throws -> T) throws -> [T] {
        var found: [T] = []
        try rows(query) { row in
            found.append(try make(row))
            return true
        }
        return found
    }
}
