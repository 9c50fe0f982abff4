import Synchronization

/// Lets so many at a time run, and the others in their order behind them. Tests all begin at once, and a database server has
/// only so many connections.
public final class Turns: Sendable {
    /// Of those who have an organisation open: each has a dozen connections.
    public static let organisations = Turns(40)

    private let state: Mutex<State>

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    init(_ count: Int) { state = Mutex(State(free: count)) }

    /// Runs `body` when it is its turn; at once inside another turn, which would else wait for itself.
    func run<T>(_ body: () async throws -> T) async throws -> T {
        if Self.hasTurn { return try await body() }
        await take()
        defer { give() }
        return try await Self.$hasTurn.withValue(true) { try await body() }
    }

    @TaskLocal private static var hasTurn = false

    /// Waits for a turn; ``give()`` ends it.
    public func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    public func give() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiting.isEmpty {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
