public import Records

/// What a user's locale and the organisation's fiscal year add to the calendar.
public struct LocalCalendar: Sendable {
    /// Seconds east of UTC at a moment.
    public let offset: @Sendable (Instant) -> Int
    /// 0 is Sunday, 6 is Saturday.
    public let firstWeekday: Int
    /// 1 is January, 12 is December.
    public let firstFiscalMonth: Int

    public init(firstWeekday: Int, firstFiscalMonth: Int, offset: @escaping @Sendable (Instant) -> Int) {
        precondition((0...6).contains(firstWeekday), "A week begins on one of seven days")
        precondition((1...12).contains(firstFiscalMonth), "A fiscal year begins in one of twelve months")
        self.firstWeekday = firstWeekday
        self.firstFiscalMonth = firstFiscalMonth
        self.offset = offset
    }

    /// The calendar of UTC, with weeks from Sunday and fiscal years from January.
    public static let utc = LocalCalendar(firstWeekday: 0, firstFiscalMonth: 1) { _ in 0 }

    /// The day that clocks show at a moment.
    public func day(of instant: Instant) -> Day { local(instant).day }

    /// The first moment of a day: midnight, or behind it where clocks were put forward over midnight.
    public func start(of day: Day) -> Instant {
        let midnight = Instant(startOf: day)
        // The offset before and after any change near that midnight; the true moment is told with one of them.
        let offsets = [midnight.adding(seconds: -86_400), midnight.adding(seconds: 86_400)].map(offset)
        let candidates = offsets.map { midnight.adding(seconds: Int64(-$0)) }.sorted()
        return candidates.first { local($0) >= midnight } ?? candidates[1]
    }

    private func local(_ instant: Instant) -> Instant { instant.adding(seconds: Int64(offset(instant))) }
}
