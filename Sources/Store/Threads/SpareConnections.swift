/// Connections that a thread may borrow for an instant: each is used by one thread at a time, and nobody waits for one.
final class SpareConnections<Owned: AnyObject>: Sendable {
    private struct State {
        var spare: [Owned] = []
        var isClosed = false
    }

    private let monitor = Monitor(State())
    private let letGo: @Sendable (Owned) -> Void

    init(letGo: @escaping @Sendable (Owned) -> Void) { self.letGo = letGo }

    /// One that is free; nil when none is, or all is closed.
    func take() -> Owned? { monitor.withLock { $0.spare.popLast() } }

    /// Hands one over, or back.
    func add(_ owned: Owned) {
        let isClosed = monitor.withLock { state in
            if !state.isClosed { state.spare.append(owned) }
            return state.isClosed
        }
        if isClosed { letGo(owned) }
    }

    /// Lets go of those that are free now, and of the others when they come back.
    func close() {
        let spare = monitor.withLock { state in
            state.isClosed = true
            defer { state.spare = [] }
            return state.spare
        }
        spare.forEach(letGo)
    }
}
