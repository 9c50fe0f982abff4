import CPostgreSQL
import Glibc
import Records

/// How transactions begin and end, with as few ways to the server and back as can be: what a transaction begins with goes
/// along with its first statement (libpq's pipeline mode), and nobody waits for the end of one that only read.
extension PostgreSQLConnection {
    func inReading<T>(_ body: (any Connection) throws -> T) throws -> T {
        try inTransaction(["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"], isReading: true, body)
    }

    /// The same for a body that may run twice: it does when another process has changed a table under a statement that was
    /// prepared before.
    func inRepeatableReading<T>(_ body: (any Connection) throws -> T) throws -> T {
        do { return try inReading(body) } catch let error as PlatformError {
            guard error.code == .unableToLockRow, PQstatus(handle) == CONNECTION_OK else { throw error }
            return try inReading(body)
        }
    }

    /// Runs `body` as the only writer of the database, of however many processes.
    /// - Parameter isSettled: whether the commit waits for the disk.
    func inWriting<T>(isSettled: Bool = true, _ body: (any Connection) throws -> T) throws -> T {
        // The lock is of the database and ends with the transaction. Each statement sees all that others committed before.
        let begin = ["BEGIN", "SELECT pg_advisory_xact_lock(\(Self.writerLock))"]
        return try inTransaction(
            isSettled ? begin : begin + ["SET LOCAL synchronous_commit = off"], isReading: false, body)
    }

    /// "azukari" as a number, so that nobody else comes upon it.
    private static var writerLock: Int64 { 0x61_7a75_6b61_7269 }

    private func inTransaction<T>(
        _ beginning: [String], isReading: Bool, _ body: (any Connection) throws -> T
    ) throws -> T {
        startTransaction(with: beginning)
        do {
            // A pooler gives its connection with the first statement, and need not see several at once.
            if isPooled || tablesHaveChanged { try begin() }
            try forgetWhatHasChanged()
            let result = try body(self)
            // Nothing was asked of the server.
            if !self.beginning.isEmpty { return result }
            guard PQtransactionStatus(handle) == PQTRANS_INTRANS else {
                throw PlatformError(
                    .unknownException, "The database refused a statement, and nothing of this change was kept.")
            }
            try commit(isAwaited: !isReading)
            return result
        } catch {
            if PQstatus(handle) == CONNECTION_OK, PQtransactionStatus(handle) != PQTRANS_IDLE {
                try? Self.command("ROLLBACK", handle)
            }
            // It may be that another process changed a table under a prepared statement.
            if (error as? PlatformError)?.code == .unableToLockRow { distrustPrepared() }
            throw error
        }
    }

    /// Begins the transaction by itself, for statements that do not go along with its beginning.
    func begin() throws {
        guard !beginning.isEmpty else { return }
        let text = beginning.joined(separator: "; ")
        beginning = []
        do { try Self.command(text, handle) } catch {
            // Nothing was done yet: a connection that was lost since its last use is made anew.
            guard PQstatus(handle) != CONNECTION_OK else { throw error }
            try reconnect()
            try Self.command(text, handle)
        }
    }

    /// Sends the beginning of the transaction and a prepared statement together. Its result comes next; behind that,
    /// ``leavePipeline(_:)``.
    /// - Returns: False when the connection was lost before: it was made anew and the transaction begun, and the statement is
    ///   to be prepared and sent.
    func sendWithBeginning(_ form: String, _ parameters: PostgreSQLParameters) throws -> Bool {
        let texts = beginning
        beginning = []
        let isSent =
            PQenterPipelineMode(handle) == 1
            && texts.allSatisfy { PQsendQueryParams(handle, $0, 0, nil, nil, nil, nil, 1) == 1 }
            && parameters.withPointers { values, lengths, formats in
                PQsendQueryPrepared(handle, form, Int32(parameters.count), values, lengths, formats, 1) == 1
            } && PQpipelineSync(handle) == 1
        do {
            guard isSent else { throw PostgreSQLError.lost(doing: "BEGIN") }
            for text in texts { try takeResult(of: text) }
            return true
        } catch {
            Self.leavePipeline(handle)
            guard PQstatus(handle) != CONNECTION_OK else { throw error }
            try reconnect()
            beginning = texts
            try begin()
            return false
        }
    }

    /// The result of one statement of a pipeline, which must have gone well.
    private func takeResult(of text: String) throws {
        let result = PQgetResult(handle)
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: break
        default: throw PostgreSQLError.of(result, on: handle, doing: text)
        }
        // Each statement's results end with none.
        while let more = PQgetResult(handle) { PQclear(more) }
    }

    /// Passes over what is left in a pipeline, and ends it. A connection on which that cannot be is lost.
    static func leavePipeline(_ handle: OpaquePointer) {
        var isEmpty = false
        while PQstatus(handle) == CONNECTION_OK, PQpipelineStatus(handle) != PQ_PIPELINE_OFF {
            let result = PQgetResult(handle)
            let isEnd = result == nil || PQresultStatus(result) == PGRES_PIPELINE_SYNC
            PQclear(result)
            if isEnd, PQexitPipelineMode(handle) == 1 { return }
            // None ends the results of each statement. Twice in a row, after the sending has failed, no more ever come.
            if result == nil, isEmpty { giveUp(handle) }
            isEmpty = result == nil
        }
    }

    /// Has libpq know that a connection is lost whose other end it has not yet missed.
    private static func giveUp(_ handle: OpaquePointer) {
        shutdown(PQsocket(handle), Int32(SHUT_RDWR))
        while PQstatus(handle) == CONNECTION_OK, PQconsumeInput(handle) == 1 {}
    }

    private func commit(isAwaited: Bool) throws {
        guard !isAwaited else { return try Self.command("COMMIT", handle) }
        guard PQsendQuery(handle, "COMMIT") == 1 else { throw PostgreSQLError.lost(doing: "COMMIT") }
        isEnding = true
    }

    /// Takes what the server has answered to the end of the last transaction.
    func awaitEnd() {
        guard isEnding else { return }
        isEnding = false
        while let result = PQgetResult(handle) { PQclear(result) }
    }
}
