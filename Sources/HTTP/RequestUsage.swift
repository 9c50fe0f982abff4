public import Records
import Synchronization

/// The calls of the day, by UTC, that `Sforce-Limit-Info` and the `limits` resource tell, and that end when they are spent.
///
/// Counted in memory since the process began: after a restart in the day the count begins again, which errs on the
/// caller's side.
public final class RequestUsage: Sendable {
    public let quota: RequestQuota
    private let environment: Environment
    private let count = Mutex((day: 0, calls: 0))
    private let users = Mutex((day: 0, calls: [RecordID: Int]()))

    public init(environment: Environment, quota: RequestQuota = RequestQuota()) {
        self.environment = environment
        self.quota = quota
    }

    /// Counts one call and tells how many there were today.
    public func countOne() -> Int {
        let day = environment.now().day.daysSince1970
        return count.withLock { count in
            if count.day != day { count = (day, 0) }
            count.calls += 1
            return count.calls
        }
    }

    /// Counts a call of a user, where there is a limit for each.
    ///
    /// - Throws: `REQUEST_LIMIT_EXCEEDED` when theirs are spent.
    public func countOne(of user: RecordID) throws {
        guard let max = quota.dailyPerUser else { return }
        let day = environment.now().day.daysSince1970
        let calls = users.withLock { users in
            if users.day != day { users = (day, [:]) }
            users.calls[user, default: 0] += 1
            return users.calls[user, default: 0]
        }
        if calls > max { throw PlatformError(.requestLimitExceeded, "Your requests of today are spent.") }
    }

    /// How many calls there were today.
    public var today: Int {
        let day = environment.now().day.daysSince1970
        return count.withLock { $0.day == day ? $0.calls : 0 }
    }
}
