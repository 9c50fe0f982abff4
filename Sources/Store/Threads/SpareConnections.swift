/// Connections that a thread may borrow for an instant: each is used by one thread at a time, and nobody waits for one.
final class SpareConnections<Owned: AnyObject>: Sendable {
    private struct State {
        var spare: [Owned] = []
        /// How many may still be made.
        var missing: Int
        var isClosed = false
    }

    private let monitor: Monitor<State>
    private let make: @Sendable () throws -> Owned
    private let letGo: @Sendable (Owned) -> Void

    /// - Parameters:
    ///   - count: How many there may be; each is made when it is wanted for the first time.
    init(
        upTo count: Int, making make: @escaping @Sendable () throws -> Owned, letGo: @escaping @Sendable (Owned) -> Void
    ) {
        monitor = Monitor(State(missing: count))
        self.make = make
        self.letGo = letGo
    }

    /// One that is free; nil when none is, or all is closed.
    func take() -> Owned? {
        var mayMake = false
        let free = monitor.withLock { state -> Owned? in
            if let free = state.spare.popLast() { return free }
            mayMake = !state.isClosed && state.missing > 0
            if mayMake { state.missing -= 1 }
            return nil
        }
        guard mayMake else { return free }
        do {
            return try make()
        } catch {
            monitor.withLock { $0.missing += 1 }
            return nil
        }
    }

    /// Hands one back.
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
