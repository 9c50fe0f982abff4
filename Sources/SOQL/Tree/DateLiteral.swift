/// A stretch of time told from today: `TODAY`, `LAST_N_MONTHS:3`, `THIS_FISCAL_QUARTER`.
public struct DateLiteral: Hashable, Sendable {
    public enum Unit: Hashable, Sendable, CaseIterable {
        case day, week, month, quarter, year, fiscalQuarter, fiscalYear
    }

    /// Which of the units, counted from the current one.
    public enum Span: Hashable, Sendable {
        /// `TODAY`, `THIS_WEEK`.
        case this
        /// `YESTERDAY`, `LAST_WEEK`.
        case last
        /// `TOMORROW`, `NEXT_WEEK`.
        case next
        /// `LAST_N_WEEKS:n`.
        case lastN(Int)
        /// `NEXT_N_WEEKS:n`.
        case nextN(Int)
        /// `N_WEEKS_AGO:n`.
        case ago(Int)
        /// `LAST_90_DAYS`; only of days.
        case last90
        /// `NEXT_90_DAYS`; only of days.
        case next90
    }

    public let span: Span
    public let unit: Unit

    public init(_ span: Span, _ unit: Unit) {
        self.span = span
        self.unit = unit
    }
}
