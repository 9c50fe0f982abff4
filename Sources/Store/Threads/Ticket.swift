import Dispatch
import Synchronization

/// A caller's hold on its job, by which it is cancelled: before it begins, or in the middle of a statement.
final class Ticket: Sendable {
    private enum State {
        case waiting
        case running(any Interrupter, isInterrupted: Bool)
        case cancelled, ended
    }

    private let state = Mutex<State>(.waiting)
    private let interrupts: Bool

    init(interrupts: Bool) { self.interrupts = interrupts }

    /// Runs the job, unless it was cancelled before.
    func use<Owned: PooledConnection, T>(_ connection: Owned, _ body: (Owned) throws -> T) throws -> T {
        let mayBegin = state.withLock { state in
            guard case .waiting = state else { return false }
            state = .running(connection.interrupter(), isInterrupted: false)
            return true
        }
        guard mayBegin else { throw CancellationError() }
        defer { end(connection) }
        return try body(connection)
    }

    func cancel() {
        let isRunning = state.withLock { state in
            switch state {
            case .waiting: state = .cancelled
            case .running(let interrupter, _):
                guard interrupts else { return false }
                state = .running(interrupter, isInterrupted: true)
                interrupter.interrupt()
                return true
            case .cancelled, .ended: break
            }
            return false
        }
        if isRunning { interruptAgain() }
    }

    /// Interrupts every now and then until the job has ended: a database forgets an interruption that reaches it just before
    /// the statement does.
    private func interruptAgain() {
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(500)) { [self] in
            let isRunning = state.withLock { state in
                guard case .running(let interrupter, isInterrupted: true) = state else { return false }
                interrupter.interrupt()
                return true
            }
            if isRunning { interruptAgain() }
        }
    }

    private func end(_ connection: some PooledConnection) {
        let wasInterrupted = state.withLock { state in
            defer { state = .ended }
            if case .running(_, let isInterrupted) = state { return isInterrupted }
            return false
        }
        if wasInterrupted { connection.recoverFromInterrupt() }
    }
}
