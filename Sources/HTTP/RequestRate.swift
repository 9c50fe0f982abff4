import Records
import Synchronization

/// Counts of requests by caller, in windows of a minute. Bounded in memory.
final class RequestRate: Sendable {
    private struct State {
        var minute: Int64 = 0
        var counts: [String: Int] = [:]
    }

    private let state = Mutex(State())

    /// Counts one; the seconds to wait when the caller has had their share.
    func waitSeconds(for caller: String, limit: Int, at now: Instant) -> Int? {
        let minute = now.milliseconds / 60_000
        return state.withLock { state in
            // A new minute forgets all counts, and so does a flood of callers: refusing must never cost more memory.
            if state.minute != minute || state.counts.count >= Limits.callersMax {
                state.minute = minute
                state.counts.removeAll(keepingCapacity: true)
            }
            let count = state.counts[caller, default: 0] + 1
            state.counts[caller] = count
            guard count > limit else { return nil }
            return Int(60 - now.milliseconds / 1000 % 60)
        }
    }
}
