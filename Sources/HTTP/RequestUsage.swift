public import Records
import Synchronization

/// The calls of the day, by UTC, that `Sforce-Limit-Info` and the `limits` resource tell.
///
/// Counted in memory since the process began: after a restart in the day the count begins again, which errs on the
/// caller's side.
public final class RequestUsage: Sendable {
    private let environment: Environment
    private let count = Mutex((day: 0, calls: 0))

    public init(environment: Environment) { self.environment = environment }

    /// Counts one call and tells how many there were today.
    public func countOne() -> Int {
        let day = environment.now().day.daysSince1970
        return count.withLock { count in
            if count.day != day { count = (day, 0) }
            count.calls += 1
            return count.calls
        }
    }

    /// How many calls there were today.
    public var today: Int {
        let day = environment.now().day.daysSince1970
        return count.withLock { $0.day == day ? $0.calls : 0 }
    }
}
