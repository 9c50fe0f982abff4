import CSQLite
import Records

/// One connection to a SQLite file.
final class SQLiteConnection: PooledConnection {
    let database: OpaquePointer
    let dialect = Dialect.sqlite
    private let cancelMark = CancelMark()
    private let statements: StatementCache
    private let rowFunction: RowFunction
    /// Tells statements of this transaction from those of earlier ones.
    private(set) var transaction = 0
    private var savepointDepth = 0

    /// What is told of this connection's commits; nil: nobody.
    private var checkpoints: Checkpoints?

    enum Role {
        case writer(cacheKiB: Int)
        case reader, checkpointer
        var isWriter: Bool { if case .writer = self { true } else { false } }
        var isReader: Bool { if case .reader = self { true } else { false } }
    }

    /// How long another process may hold the file, for example one that copies it.
    static let busyMilliseconds: Int32 = 5000

    init(path: String, role: Role) throws {
        var opened: OpaquePointer?
        // Without SQLite's own mutex: a connection is used by one thread at a time.
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (role.isWriter ? SQLITE_OPEN_CREATE : 0)
        let code = sqlite3_open_v2(path, &opened, flags, CleanPages.name)
        guard code == SQLITE_OK, let opened else {
            defer { sqlite3_close(opened) }
            throw SQLiteError.last(opened, doing: "opening \(path)")
        }
        database = opened
        statements = StatementCache(opened)
        sqlite3_extended_result_codes(opened, 1)
        IgnoringCase.install(on: opened)
        do {
            rowFunction = try RowFunction(on: opened)
            try WithinFunction.install(on: opened)
        } catch {
            sqlite3_close(opened)
            throw error
        }
        if role.isReader { cancelMark.watch(opened) }
        sqlite3_busy_timeout(opened, Self.busyMilliseconds)
        do {
            try runAll(Self.settings(role))
        } catch {
            sqlite3_close(opened)
            throw error
        }
    }

    /// Tells of every commit how long the log is.
    func tell(_ checkpoints: Checkpoints) {
        self.checkpoints = checkpoints
        sqlite3_wal_hook(
            database,
            { checkpoints, database, _, pages in
                guard let checkpoints, let database else { return SQLITE_OK }
                Unmanaged<Checkpoints>.fromOpaque(checkpoints).takeUnretainedValue().committed(Int(pages), on: database)
                return SQLITE_OK
            },
            Unmanaged.passUnretained(checkpoints).toOpaque())
    }

    /// Has it refuse at once where another process holds the file, instead of waiting.
    func refuseToWait() { sqlite3_busy_timeout(database, 0) }

    /// Ends it, on its own thread or when no thread uses it.
    func close() {
        statements.finalizeAll()
        let code = sqlite3_close(database)
        precondition(code == SQLITE_OK, "\(compiledCount) statements outlive their connection")
    }

    /// How many statements hold memory of this connection.
    var compiledCount: Int {
        var count = 0
        var statement = sqlite3_next_stmt(database, nil)
        while statement != nil {
            count += 1
            statement = sqlite3_next_stmt(database, statement)
        }
        return count
    }

    @discardableResult
    func execute(_ statement: SQL) throws -> Int {
        let compiled = try statements.lend(statement.text)
        defer { statements.giveBack(compiled) }
        try compiled.bind(statement.bindings)
        // The count of one statement alone would still be that of the last INSERT after a CREATE TABLE.
        let before = sqlite3_total_changes64(database)
        while try compiled.step() {}
        return Int(sqlite3_total_changes64(database) - before)
    }

    func rows(_ query: SQL, _ body: (any Cells) throws -> Bool) throws {
        let compiled = try statements.lend(query.text)
        defer { statements.giveBack(compiled) }
        try compiled.bind(query.bindings)
        let row: any Cells = SQLiteRow(statement: compiled.handle)
        while try compiled.step() {
            if try !body(row) { return }
        }
    }

    func rows(_ query: KeptSQL, _ bindings: [Value], _ body: (any Cells) throws -> Bool) throws {
        let compiled = try statements.lend(query)
        defer { statements.giveBack(compiled) }
        try compiled.bind(bindings)
        let row: any Cells = SQLiteRow(statement: compiled.handle)
        while try compiled.step() {
            if try !body(row) { return }
        }
    }

    func blocks(_ query: SQL, as kinds: [Cell.Kind], _ body: (CellBlock) throws -> Void) throws {
        let byFunction = rowFunction.query(query.text, columns: kinds.count)
        let compiled = try statements.lend(byFunction ?? query.text)
        defer { statements.giveBack(compiled) }
        try compiled.bind(query.bindings)
        var reading = BlockReading(compiled, as: kinds, by: byFunction == nil ? nil : rowFunction)
        while let block = try reading.next() { try body(block) }
    }

    func prepare(_ statement: SQL) throws -> any PreparedStatement {
        let compiled = try statements.lend(statement.text)
        statements.keepLent(compiled)
        return SQLitePreparedStatement(compiled, of: self)
    }

    func insert(_ rows: NewRows, failed: (Int, any Error) throws -> Void) throws {
        try RowInsertion(rows, self).run(failed: failed)
    }

    /// Lends the compiled statement of a text for one call.
    func withStatement<T>(_ text: String, _ body: (SQLiteStatement) throws -> T) throws -> T {
        let compiled = try statements.lend(text)
        defer { statements.giveBack(compiled) }
        return try body(compiled)
    }

    func savepoint<T>(_ body: () throws -> T) throws -> T {
        savepointDepth += 1
        defer { savepointDepth -= 1 }
        try execute("SAVEPOINT az_savepoint")
        do {
            let result = try body()
            try execute("RELEASE az_savepoint")
            return result
        } catch {
            // After an error of the disk SQLite may have rolled everything back by itself.
            if sqlite3_get_autocommit(database) == 0 {
                try execute("ROLLBACK TO az_savepoint")
                try execute("RELEASE az_savepoint")
            }
            throw error
        }
    }

    func run(_ migration: Migration) throws { try runAll(migration.text) }

    func inReading<T>(_ body: (any Connection) throws -> T) throws -> T { try inTransaction("BEGIN", body) }

    func interrupter() -> any Interrupter {
        cancelMark.clear()
        return Interruption(database: database, mark: cancelMark)
    }

    /// SQLite forgets an interruption with the statement.
    func recoverFromInterrupt() {}

    private struct Interruption: Interrupter, @unchecked Sendable {
        // sqlite3_interrupt is safe from any thread while the connection is open, which it is while the job runs.
        let database: OpaquePointer
        let mark: CancelMark

        func interrupt() {
            mark.set()
            sqlite3_interrupt(database)
        }
    }

    /// Runs `body` between `begin` and COMMIT, or undoes it.
    func inTransaction<T>(_ begin: SQL, _ body: (any Connection) throws -> T) throws -> T {
        transaction += 1
        try execute(begin)
        do {
            let result = try body(self)
            statements.takeAllBack()
            try execute("COMMIT")
            return result
        } catch {
            statements.takeAllBack()
            rollBack()
            throw error
        }
    }

    /// Runs `body` in a transaction whose commit does not wait for the disk.
    func inUnsettledTransaction<T>(_ body: (any Connection) throws -> T) throws -> T {
        // Between transactions only. The log stays whole with both: a moving of its pages waits for the disk in any case.
        try execute("PRAGMA synchronous = NORMAL")
        defer {
            let code = sqlite3_exec(database, "PRAGMA synchronous = FULL", nil, nil, nil)
            precondition(
                code == SQLITE_OK, "a writer that no longer waits for the disk would lose what it acknowledges")
        }
        return try inTransaction("BEGIN IMMEDIATE", body)
    }

    /// Ends the transaction, unless an error of the disk has ended it already.
    private func rollBack() {
        // A cancellation that arrives just now interrupts the first; each job is cancelled once at most.
        for _ in 0..<2 where sqlite3_get_autocommit(database) == 0 { _ = try? execute("ROLLBACK") }
        precondition(sqlite3_get_autocommit(database) != 0, "a transaction that cannot be ended would hold all others")
    }

    /// Statements of our own text or a migration's, one after the other.
    private func runAll(_ text: String) throws {
        var message: UnsafeMutablePointer<CChar>?
        defer { sqlite3_free(message) }
        guard sqlite3_exec(database, text, nil, nil, &message) == SQLITE_OK else {
            throw SQLiteError.last(database, doing: "running a script")
        }
    }

    private static func settings(_ role: Role) -> String {
        // Of a new file: a fifth of the time of bulk writing less than with SQLite's own 4096.
        let common = """
            PRAGMA page_size = 16384;
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = OFF;
            PRAGMA temp_store = MEMORY;
            PRAGMA mmap_size = 0;
            PRAGMA trusted_schema = OFF;
            """
        return switch role {
        // References are the engine's; what is deleted is overwritten; the log is moved by Checkpoints.
        case .writer(let cacheKiB):
            common + """
                PRAGMA secure_delete = ON;
                PRAGMA cache_size = -\(cacheKiB);
                PRAGMA journal_size_limit = 67108864;
                """
        case .checkpointer: common
        case .reader:
            common + """
                PRAGMA query_only = ON;
                PRAGMA cache_size = -8192;
                """
        }
    }
}
