public import Records
import Synchronization

/// Counts of requests by caller, in windows of a minute. Bounded in memory.
public final class RequestRate: Sendable {
    private struct State {
        var minute: Int64 = 0
        var counts: [String: Int] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    /// Counts one; the seconds to wait when the caller has had their share.
    public func waitSeconds(for caller: String, limit: Int, at now: Instant) -> Int? {
        let minute = now.milliseconds / 60_000
        return state.withLock { state in
            // A new minute forgets all counts, and so does a flood of callers: refusing must never cost more memory.
            if state.minute != minute || state.counts.count >= Limits.callersMax {
                state.minute = minute
                state.counts.removeAll(keepingCapacity: true)
            }
            let count = Self.raise(&state.counts[caller, default: 0])
            guard count > limit else { return nil }
            return Int(60 - now.milliseconds / 1000 % 60)
        }
    }

    /// In place: the caller is looked up once.
    private static func raise(_ count: inout Int) -> Int {
        count += 1
        return count
    }
}
