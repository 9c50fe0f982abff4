import CPostgreSQL
import Records

/// One connection to a PostgreSQL database.
final class PostgreSQLConnection: PooledConnection {
    let dialect = Dialect.postgresql
    private let settings: String
    private let epoch: TableEpoch
    /// Of the tables that the prepared statements are for; -1 when the server has found them to be of others.
    private var seenEpoch: Int
    private(set) var handle: OpaquePointer
    /// Whether a pooler (pgbouncer) gives this connection a server's for each transaction: what is prepared in one would not be
    /// there in the next.
    private(set) var isPooled: Bool
    /// What the transaction in hand begins with, as long as the server was not sent it.
    var beginning: [String] = []
    /// Whether the answer to the end of the last transaction was not taken yet.
    var isEnding = false
    private let mark = CancelMark()
    private var statements: [String: PostgreSQLStatement] = [:]
    /// Counts the times that the server forgot what was prepared.
    private var generation = 1
    private var preparedCount = 0
    /// The query whose rows are on their way.
    private var reading: PostgreSQLReading?
    private var cursorCount = 0
    /// Tells statements of this transaction from those of earlier ones.
    private(set) var transaction = 0

    /// More forms of statements than this are not kept on the server.
    private static let preparedMax = 512
    private static let tableWaitMilliseconds = 200

    /// - Parameters:
    ///   - settings: As libpq takes them: `postgresql://…` or `host=… dbname=…` (its manual, 34.1.1).
    ///   - epoch: That of all connections of a store.
    init(settings: String, epoch: TableEpoch = TableEpoch()) throws {
        self.settings = settings
        self.epoch = epoch
        seenEpoch = epoch.current
        handle = try Self.connect(settings)
        isPooled = Self.isPooled(handle)
    }

    /// Ends it, on its own thread or when no thread uses it.
    func close() { PQfinish(handle) }

    private static func connect(_ settings: String) throws -> OpaquePointer {
        let names = ["dbname", "fallback_application_name", "client_encoding"]
        let handle = withCStrings(names) { names in
            // A URI or a list of settings stands in the place of the database's name.
            withCStrings([settings, "azukari", "UTF8"]) { values in PQconnectdbParams(names, values, 1) }
        }
        guard let handle, PQstatus(handle) == CONNECTION_OK else {
            defer { PQfinish(handle) }
            throw PostgreSQLError.unreachable(handle)
        }
        // Notices tell of nothing that we ask for.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        do {
            // Settings that a pooler keeps for each of its clients.
            try command("SET timezone = 'UTC'; SET standard_conforming_strings = on", handle)
        } catch {
            PQfinish(handle)
            throw error
        }
        return handle
    }

    /// A pooler tells its clients a number of its own for the server's process.
    private static func isPooled(_ handle: OpaquePointer) -> Bool {
        let result = PQexec(handle, "SELECT pg_backend_pid()")
        defer { PQclear(result) }
        guard PQntuples(result) == 1, let process = PQgetvalue(result, 0, 0) else { return false }
        return String(cString: process) != String(PQbackendPID(handle))
    }

    /// Connects anew where the connection was lost; between transactions only.
    func reconnect() throws {
        let new = try Self.connect(settings)
        PQfinish(handle)
        handle = new
        isEnding = false
        isPooled = Self.isPooled(new)
        forgetPrepared()
    }

    // MARK: Statements

    @discardableResult
    func execute(_ statement: SQL) throws -> Int {
        let known = known(statement.text)
        if !known.isPlanned {
            try makeWay()
            // A table that is to be changed is waited for only so long: whoever wants to read it meanwhile waits behind.
            if PQtransactionStatus(handle) == PQTRANS_INTRANS {
                try Self.command("SET LOCAL lock_timeout = \(Self.tableWaitMilliseconds)", handle)
            }
        }
        let count = try run(known, PostgreSQLParameters(statement.bindings))
        if !known.isPlanned { try tablesChanged() }
        return count
    }

    func rows(_ query: SQL, _ body: (any Cells) throws -> Bool) throws {
        try rows(known(query.text), PostgreSQLParameters(query.bindings), body)
    }

    func rows(_ query: KeptSQL, _ bindings: [Value], _ body: (any Cells) throws -> Bool) throws {
        try rows(known(query.text), PostgreSQLParameters(bindings), body)
    }

    func prepare(_ statement: SQL) throws -> any PreparedStatement {
        PostgreSQLPreparedStatement(known(statement.text), of: self)
    }

    func run(_ migration: Migration) throws {
        try makeWay()
        try Self.command(dialect.translated(migration.text), handle)
        try tablesChanged()
    }

    func insert(_ rows: NewRows, failed: (Int, any Error) throws -> Void) throws {
        try PostgreSQLInsertion(rows, self).run(failed: failed)
    }

    /// Through a cursor, so that a query may be given up, and another begin meanwhile, without its rows in memory.
    func blocks(_ query: SQL, as kinds: [Cell.Kind], _ body: (CellBlock) throws -> Void) throws {
        cursorCount += 1
        let name = "az_cursor_\(cursorCount)"
        let statement = PostgreSQLStatement(query.text)
        let declaration = PostgreSQLStatement("DECLARE \(name) NO SCROLL CURSOR FOR \(query.text)")
        try run(declaration, PostgreSQLParameters(query.bindings))
        var filling = PostgreSQLBlocks(kinds)
        let fetch = PostgreSQLStatement("FETCH \(PostgreSQLBlocks.rowsMax) FROM \(name)")
        while true {
            let result = try result(of: fetch, PostgreSQLParameters([]), of: statement.text)
            defer { PQclear(result) }
            let count = PQntuples(result)
            for row in 0..<count {
                if let block = filling.append(PostgreSQLRow(result: result, row: row)) { try body(block) }
            }
            if count < PostgreSQLBlocks.rowsMax { break }
        }
        if let block = filling.end() { try body(block) }
        try run(PostgreSQLStatement("CLOSE \(name)"), PostgreSQLParameters([]))
    }

    func rows(
        _ statement: PostgreSQLStatement, _ parameters: PostgreSQLParameters, _ body: (any Cells) throws -> Bool
    ) throws {
        guard statement.isPlanned else {
            let result = try result(of: statement, parameters, of: statement.text)
            defer { PQclear(result) }
            for row in 0..<PQntuples(result) {
                if try !body(PostgreSQLRow(result: result, row: row)) { return }
            }
            return
        }
        try send(statement, parameters)
        guard PQsetSingleRowMode(handle) == 1 else { throw PostgreSQLError.lost(doing: statement.text) }
        let outer = reading
        let reading = PostgreSQLReading(handle, of: statement.text)
        self.reading = reading
        defer {
            reading.end()
            self.reading = outer
        }
        while let row = try reading.row() {
            if try !body(row) { return }
        }
    }

    /// Runs a statement to its end; the number of rows it changed.
    @discardableResult
    func run(_ statement: PostgreSQLStatement, _ parameters: PostgreSQLParameters) throws -> Int {
        let result = try result(of: statement, parameters, of: statement.text)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { return 0 }
        return Int(String(cString: PQcmdTuples(result))) ?? 0
    }

    /// Runs a statement and has its whole result. The caller clears it.
    private func result(
        of statement: PostgreSQLStatement, _ parameters: PostgreSQLParameters, of text: String
    ) throws -> OpaquePointer {
        try send(statement, parameters)
        let result = PQgetResult(handle)
        while let more = PQgetResult(handle) { PQclear(more) }
        Self.leavePipeline(handle)
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: if let result { return result }
        default: break
        }
        defer { PQclear(result) }
        throw PostgreSQLError.of(result, on: handle, doing: text)
    }

    /// Sends a statement: along with the beginning of its transaction where it is the first.
    private func send(_ statement: PostgreSQLStatement, _ parameters: PostgreSQLParameters) throws {
        var form = try prepared(statement, parameters)
        if let known = form, !beginning.isEmpty {
            if try sendWithBeginning(known, parameters) { return }
            form = try prepared(statement, parameters)
        }
        let count = Int32(parameters.count)
        let isSent = parameters.withPointers { values, lengths, formats in
            form.map { PQsendQueryPrepared(handle, $0, count, values, lengths, formats, 1) }
                ?? PQsendQueryParams(handle, statement.text, count, parameters.types, values, lengths, formats, 1)
        }
        guard isSent == 1 else { throw PostgreSQLError.lost(doing: statement.text) }
    }

    /// The name of the form of a statement for these values, prepared if it was not; nil when it is to be sent as a text. The
    /// transaction is begun unless there was nothing to prepare.
    private func prepared(_ statement: PostgreSQLStatement, _ parameters: PostgreSQLParameters) throws -> String? {
        precondition(parameters.count == statement.parameters, "a statement has as many bindings as question marks")
        try passReading()
        if isPooled || !statement.isPlanned || preparedCount >= Self.preparedMax { try begin() }
        if isPooled || !statement.isPlanned { return nil }
        if preparedCount >= Self.preparedMax { try forgetPlans() }
        return try statement.form(for: parameters, generation: generation) { types in
            try begin()
            preparedCount += 1
            let name = "az_\(generation)_\(preparedCount)"
            let result = PQprepare(handle, name, statement.text, Int32(types.count), types)
            defer { PQclear(result) }
            guard PQresultStatus(result) == PGRES_COMMAND_OK else {
                throw PostgreSQLError.of(result, on: handle, doing: statement.text)
            }
            return name
        }
    }

    /// What every statement begins with: the one before has sent all its rows, nobody gave the job up, and the transaction
    /// has begun.
    private func makeWay() throws {
        try passReading()
        try begin()
    }

    private func passReading() throws {
        try reading?.makeWay()
        if mark.isSet { throw CancellationError() }
    }

    private func known(_ text: String) -> PostgreSQLStatement {
        if let statement = statements[text] { return statement }
        if statements.count >= Self.preparedMax { statements = [:] }
        let statement = PostgreSQLStatement(text)
        if statement.isPlanned { statements[text] = statement }
        return statement
    }

    /// Plans made before a change of the tables, or more of them than are of use.
    private func forgetPlans() throws {
        guard preparedCount > 0 else { return }
        try Self.command("DEALLOCATE ALL", handle)
        forgetPrepared()
    }

    private func tablesChanged() throws {
        try forgetPlans()
        epoch.advance()
        seenEpoch = epoch.current
    }

    private func forgetPrepared() {
        generation += 1
        preparedCount = 0
    }

    static func command(_ text: String, _ handle: OpaquePointer) throws {
        let result = PQexec(handle, text)
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return
        default: throw PostgreSQLError.of(result, on: handle, doing: text)
        }
    }

    // MARK: Bulk

    /// Sends the lines of a COPY, and has it carried out or refused as a whole.
    func copy(_ statement: String, _ send: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {
        try makeWay()
        let begun = PQexec(handle, statement)
        defer { PQclear(begun) }
        guard PQresultStatus(begun) == PGRES_COPY_IN else {
            throw PostgreSQLError.of(begun, on: handle, doing: statement)
        }
        var failure: (any Error)?
        do {
            try send { bytes in
                let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                guard PQputCopyData(handle, start, Int32(bytes.count)) == 1 else {
                    throw PostgreSQLError.lost(doing: statement)
                }
            }
        } catch { failure = error }
        PQputCopyEnd(handle, failure == nil ? nil : "given up")
        while let result = PQgetResult(handle) {
            if PQresultStatus(result) != PGRES_COMMAND_OK, failure == nil {
                failure = PostgreSQLError.of(result, on: handle, doing: statement)
            }
            PQclear(result)
        }
        if let failure { throw failure }
    }

    // MARK: Transactions

    func savepoint<T>(_ body: () throws -> T) throws -> T {
        try makeWay()
        try Self.command("SAVEPOINT az_savepoint", handle)
        do {
            let result = try body()
            try makeWay()
            try Self.command("RELEASE az_savepoint", handle)
            return result
        } catch {
            if PQtransactionStatus(handle) == PQTRANS_INERROR || PQtransactionStatus(handle) == PQTRANS_INTRANS {
                try Self.command("ROLLBACK TO az_savepoint; RELEASE az_savepoint", handle)
            }
            throw error
        }
    }

    /// - Parameter beginning: What is sent before the first statement.
    func startTransaction(with beginning: [String]) {
        transaction += 1
        awaitEnd()
        self.beginning = beginning
    }

    /// Whether a table has changed since the last transaction, so that what was prepared is of no use.
    var tablesHaveChanged: Bool { seenEpoch != epoch.current }

    func forgetWhatHasChanged() throws {
        guard tablesHaveChanged else { return }
        seenEpoch = epoch.current
        try forgetPlans()
    }

    /// Has what was prepared forgotten at the next transaction.
    func distrustPrepared() { seenEpoch = -1 }

    // MARK: Cancellation

    func interrupter() -> any Interrupter {
        mark.clear()
        return Interruption(handle, mark)
    }

    func recoverFromInterrupt() {
        mark.clear()
        awaitEnd()
        // The server may learn of it only now: let it hit something that nobody needs.
        _ = try? Self.command("SELECT 1", handle)
    }

    private final class Interruption: Interrupter, @unchecked Sendable {
        // Made for use by other threads than the connection's.
        private let cancel: OpaquePointer?
        private let mark: CancelMark

        init(_ handle: OpaquePointer, _ mark: CancelMark) {
            cancel = PQgetCancel(handle)
            self.mark = mark
        }

        deinit { PQfreeCancel(cancel) }

        func interrupt() {
            mark.set()
            guard let cancel else { return }
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
                _ = PQcancel(cancel, message.baseAddress, Int32(message.count))
            }
        }
    }
}

/// A list of C strings that ends with NULL.
private func withCStrings<R>(_ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R) -> R {
    let copies = texts.map { Array($0.utf8CString) }
    func next(_ place: Int, _ pointers: [UnsafePointer<CChar>?]) -> R {
        guard place < copies.count else {
            return (pointers + [nil]).withUnsafeBufferPointer { body($0.baseAddress.unsafelyUnwrapped) }
        }
        return copies[place].withUnsafeBufferPointer { next(place + 1, pointers + [$0.baseAddress]) }
    }
    return next(0, [])
}
