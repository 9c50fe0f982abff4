import CSQLite
import Synchronization

/// A caller's hold on its job, by which it is cancelled: before it begins, or in the middle of a statement.
final class Ticket: Sendable {
    private enum State {
        case waiting, running(Interrupt), cancelled, ended
    }

    /// A connection that another thread may interrupt.
    private struct Interrupt: @unchecked Sendable {
        // sqlite3_interrupt is safe from any thread while the connection is open, which it is while the job runs.
        let database: OpaquePointer
        let mark: CancelMark

        init(_ connection: SQLiteConnection) {
            database = connection.database
            mark = connection.cancelMark
            mark.clear()
        }

        func callAsFunction() {
            mark.set()
            sqlite3_interrupt(database)
        }
    }

    private let state = Mutex<State>(.waiting)
    private let interrupts: Bool

    init(interrupts: Bool) { self.interrupts = interrupts }

    /// Runs the job, unless it was cancelled before.
    func use<T>(_ connection: SQLiteConnection, _ body: (SQLiteConnection) throws -> T) throws -> T {
        let mayBegin = state.withLock { state in
            if case .waiting = state {
                state = .running(Interrupt(connection))
                return true
            }
            return false
        }
        guard mayBegin else { throw CancellationError() }
        defer { state.withLock { $0 = .ended } }
        return try body(connection)
    }

    func cancel() {
        state.withLock { state in
            switch state {
            case .waiting: state = .cancelled
            case .running(let interrupt): if interrupts { interrupt() }
            case .cancelled, .ended: break
            }
        }
    }
}
