/// A connection that a thread of a store owns.
protocol PooledConnection: Connection, SendableMetatype {
    /// What ends the statements of the job that begins now, from any thread while the job runs.
    func interrupter() -> any Interrupter

    /// Runs `body` in a transaction that sees one moment and changes nothing.
    func inReading<T>(_ body: (any Connection) throws -> T) throws -> T

    /// After a job that was interrupted: what comes next must not be.
    func recoverFromInterrupt()
}

/// Ends the statements of one job.
protocol Interrupter: Sendable {
    func interrupt()
}

extension JobQueue where Owned: PooledConnection {
    /// Runs `body` on one of the queue's threads; not at all when the caller was cancelled before its turn.
    /// - Parameter interrupts: whether a cancellation ends `body` in the middle of a statement.
    func run<T: Sendable>(interrupts: Bool, _ body: @escaping @Sendable (Owned) throws -> T) async throws -> T {
        let ticket = Ticket(interrupts: interrupts)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                add(
                    Job(isLong: false) { connection in
                        continuation.resume(with: Result { try ticket.use(connection, body) })
                    } refuse: {
                        continuation.resume(throwing: $0)
                    }
                )
            }
        } onCancel: {
            ticket.cancel()
        }
    }
}
