import Records

/// A transaction whose steps come one by one from a task: its thread waits for the next between them.
///
/// Nobody else writes meanwhile. For several writes that are kept together or not at all, of which each needs to know what came of
/// the one before.
public final class HeldTransaction: Sendable {
    private struct State {
        var steps = Line<@Sendable (any Connection) -> Void>()
        var refuse = Line<@Sendable (any Error) -> Void>()
        var end: End?
        /// Why there is no transaction any more.
        var failure: (any Error)?
    }

    private enum End { case keep, undo }
    private enum Next { case step(@Sendable (any Connection) -> Void), end(End) }

    private let monitor = Monitor(State())

    /// A task that asks for nothing for so long is given up: it would keep all others from writing.
    static let stallSecondsMax = 60

    /// Runs a step. What it wrote is undone when it throws, and the transaction goes on.
    public func run<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let failure = monitor.withLock { state -> (any Error)? in
                if let failure = state.failure { return failure }
                state.steps.append { connection in
                    continuation.resume(with: Result { try connection.savepoint { try body(connection) } })
                }
                state.refuse.append { continuation.resume(throwing: $0) }
                return nil
            }
            if let failure { continuation.resume(throwing: failure) } else { monitor.signal() }
        }
    }

    /// Takes steps on the writer's thread until the task has ended.
    fileprivate func serve(_ connection: any Connection) throws {
        while true {
            let next: Next? = monitor.wait(atMost: Self.stallSecondsMax) { state in
                if let step = state.steps.popFirst() {
                    _ = state.refuse.popFirst()
                    return .step(step)
                }
                return state.end.map { .end($0) }
            }
            switch next {
            case .step(let step): step(connection)
            case .end(.keep): return
            case .end(.undo): throw CancellationError()
            case nil:
                throw PlatformError(
                    .queryTimeout,
                    "The transaction asked for nothing for \(Self.stallSecondsMax) seconds and was undone.")
            }
        }
    }

    fileprivate func end(isKept: Bool) {
        monitor.withLock { $0.end = isKept ? .keep : .undo }
        monitor.signal()
    }

    /// There is no transaction, or none any more: nobody may wait for a step.
    fileprivate func fail(_ error: any Error) {
        let waiting = monitor.withLock { state -> [@Sendable (any Error) -> Void] in
            state.failure = error
            state.steps = Line()
            var waiting: [@Sendable (any Error) -> Void] = []
            while let refuse = state.refuse.popFirst() { waiting.append(refuse) }
            return waiting
        }
        for refuse in waiting { refuse(error) }
    }
}

extension Store {
    /// Runs `body` with a transaction on the writer that is committed when it returns and undone when it throws.
    ///
    /// `body` must not write by the store itself: that would wait for the transaction's own end.
    public func hold<T: Sendable>(_ body: (HeldTransaction) async throws -> T) async throws -> T {
        let held = HeldTransaction()
        async let writing = serve(held)
        let result: T
        do {
            result = try await body(held)
        } catch {
            held.end(isKept: false)
            _ = await writing
            throw error
        }
        held.end(isKept: true)
        try await writing.get()
        return result
    }

    private func serve(_ held: HeldTransaction) async -> Result<Void, any Error> {
        do {
            try await write { try held.serve($0) }
            held.fail(CancellationError())
            return .success(())
        } catch {
            held.fail(error)
            return .failure(error)
        }
    }
}
