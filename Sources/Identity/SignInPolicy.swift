public import Engine
import Foundation
public import Records

/// What holds for a user's sign-ins: all the organisation's active policies for everybody and for the user's profile.
struct SignInPolicy: Sendable {
    private struct Hours: Sendable {
        /// 0 is Sunday; empty: every day.
        let days: Set<Int>
        /// Milliseconds of the day; nil: all day. May go over midnight.
        let from: Int64?
        let to: Int64?
    }

    /// One of each has to hold.
    private var addresses: [[AddressRange]] = []
    private var hours: [Hours] = []
    private let zone: TimeZone
    private(set) var requiresSecondFactor = false
    private(set) var idleSeconds = TokenCache.idleSecondsMax
    private(set) var lifeSeconds = TokenCache.lifeSecondsMax

    private static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    static let columns = """
        Addresses, Days, StartTime, EndTime, IdleMinutes, LifeMinutes, RequiresSecondFactor
        """

    /// - Parameters:
    ///   - rows: With ``columns``.
    ///   - zone: The organisation's: whose hours are meant.
    init(_ rows: [Record], zone: String) {
        self.zone = TimeZone(identifier: zone) ?? .gmt
        var (idle, life): ([Int64], [Int64]) = ([], [])
        for row in rows {
            let ranges = (row["Addresses"].text ?? "").split(whereSeparator: \.isWhitespace)
            if !ranges.isEmpty { addresses.append(ranges.compactMap { AddressRange(String($0)) }) }
            let days = (row["Days"].text ?? "").split(separator: ";").compactMap {
                Self.days.firstIndex(of: String($0))
            }
            let (from, to) = (Self.milliseconds(row["StartTime"]), Self.milliseconds(row["EndTime"]))
            if !days.isEmpty || from != nil { hours.append(Hours(days: Set(days), from: from, to: to)) }
            if row["RequiresSecondFactor"].boolean == true { requiresSecondFactor = true }
            if let minutes = row["IdleMinutes"].integer { idle.append(minutes * 60) }
            if let minutes = row["LifeMinutes"].integer { life.append(minutes * 60) }
        }
        // The strictest counts.
        idleSeconds = idle.min() ?? idleSeconds
        lifeSeconds = life.min() ?? lifeSeconds
    }

    /// Whether one may come from an address.
    func allows(_ address: String) -> Bool { addresses.allSatisfy { $0.contains { $0.contains(address) } } }

    /// Whether one may be signed in at a moment.
    func allows(at now: Instant) -> Bool {
        if hours.isEmpty { return true }
        let seconds = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(now.milliseconds) / 1000))
        let local = now.milliseconds + Int64(seconds) * 1000
        let clock = local % 86_400_000
        // 1 January 1970 was a Thursday.
        let today = Int((local / 86_400_000 + 4) % 7)
        return hours.allSatisfy { hours in
            func isOn(_ day: Int) -> Bool { hours.days.isEmpty || hours.days.contains(day) }
            guard let from = hours.from, let to = hours.to else { return isOn(today) }
            if from < to { return isOn(today) && from <= clock && clock < to }
            // Over midnight: a night belongs to the day on which it begins.
            return isOn(today) && from <= clock || isOn((today + 6) % 7) && clock < to
        }
    }

    private static func milliseconds(_ value: Value) -> Int64? {
        if case .time(let time) = value { Int64(time.milliseconds) } else { nil }
    }
}

extension Identity {
    /// Whether a user could be signed in now, from an address, as a transaction has the policies.
    ///
    /// - Parameter session: Of an administrator who changes them.
    public func admits(_ user: RecordID, from address: String, _ session: Session) async throws -> Bool {
        let policy = try await policy(of: user, session)
        return policy.allows(address) && policy.allows(at: environment.now())
    }

    /// What holds for a user.
    func policy(of user: RecordID, _ session: Session? = nil) async throws -> SignInPolicy {
        let session = session ?? system("policies of signing in")
        let rows = try await session.query(
            """
            SELECT \(SignInPolicy.columns) FROM SignInPolicy WHERE IsActive = true \
            AND (ProfileId = null OR ProfileId IN (SELECT ProfileId FROM User WHERE Id = :user)) LIMIT 200
            """,
            bindings: ["user": .one(.id(user))])
        return SignInPolicy(rows, zone: engine.organisation.timeZone)
    }
}
