import Records

/// Slows down whoever guesses passwords, without letting a stranger lock a user out.
///
/// Failures are counted by user name and address together, and by address alone: the user signs in from elsewhere
/// unhindered while somebody guesses at their name. Unknown names are counted like known ones.
struct SignInThrottle {
    private struct Record {
        var failures = 0
        var waitUntil = Instant(milliseconds: 0)
        var lastFailure = Instant(milliseconds: 0)
    }

    /// Failures forgiven before the first delay: for a user at an address, and for an address.
    static let freeFailures = (user: 3, address: 20)
    /// The delay doubles with every failure, from one second to a quarter of an hour.
    static let delaySecondsMax: Int64 = 900
    /// A day without a failure clears the record.
    static let memorySeconds: Int64 = 86_400
    /// More records than this are not kept; the oldest go first.
    static let recordsMax = 20_000

    private var records: [String: Record] = [:]

    /// How many records there are.
    var count: Int { records.count }

    /// Whether an attempt may be made now.
    func allows(user: String, address: String, at now: Instant) -> Bool {
        keys(user, address).allSatisfy { key, _ in (records[key]?.waitUntil ?? now) <= now }
    }

    /// Counts a failure.
    mutating func failed(user: String, address: String, at now: Instant) {
        if records.count >= Self.recordsMax { forgetOldest(at: now) }
        for (key, free) in keys(user, address) {
            var record = records[key] ?? Record()
            if record.lastFailure.adding(seconds: Self.memorySeconds) < now { record = Record() }
            record.failures += 1
            record.lastFailure = now
            if record.failures > free {
                let doublings = min(record.failures - free - 1, 10)
                record.waitUntil = now.adding(seconds: min(1 << Int64(doublings), Self.delaySecondsMax))
            }
            records[key] = record
        }
    }

    /// Clears the user's record at that address. The address keeps its own: one good password in a list of stolen
    /// ones must not buy twenty more guesses.
    mutating func succeeded(user: String, address: String) {
        records[userKey(user, address)] = nil
    }

    private func userKey(_ user: String, _ address: String) -> String { "\(user.lowercased())\u{0}\(address)" }

    private func keys(_ user: String, _ address: String) -> [(String, Int)] {
        [(userKey(user, address), Self.freeFailures.user), (address, Self.freeFailures.address)]
    }

    private mutating func forgetOldest(at now: Instant) {
        let oldestFirst = records.sorted { $0.value.lastFailure < $1.value.lastFailure }
        for (key, _) in oldestFirst.prefix(records.count / 4) { records[key] = nil }
    }
}
