public import Records

extension DateLiteral {
    /// The stretch of time that is meant, in the time zone of `calendar`: from the first moment to the one behind the
    /// last. A datetime equals the literal when it lies inside, is less when before, greater when behind.
    ///
    /// `LAST_N_DAYS` ends with the current second, all others with a day
    /// (SOQL and SOSL Reference, "Date Formats and Date Literals").
    public func range(now: Instant, calendar: LocalCalendar) -> Range<Instant> {
        let days = days(today: calendar.day(of: now), calendar: calendar)
        let start = calendar.start(of: days.lowerBound)
        if case .lastN = span, unit == .day {
            let second = now.milliseconds - (now.milliseconds % 1000 + 1000) % 1000
            return start..<max(start, Instant(milliseconds: second + 1000))
        }
        return start..<calendar.start(of: days.upperBound)
    }

    /// The days that are meant, from the first to the one behind the last.
    public func days(today: Day, calendar: LocalCalendar) -> Range<Day> {
        let current = unit.start(of: today, calendar: calendar)
        func shifted(_ count: Int) -> Day { unit.shift(current, by: count) }
        return switch span {
        case .this: current..<shifted(1)
        case .last: shifted(-1)..<current
        case .next: shifted(1)..<shifted(2)
        // Alone among the counted ones, that of past days takes the current one in.
        case .lastN(let count): shifted(-count)..<(unit == .day ? shifted(1) : current)
        case .nextN(let count): shifted(1)..<shifted(1 + count)
        case .ago(let count): shifted(-count)..<shifted(1 - count)
        case .last90: today.adding(days: -90)..<today.adding(days: 1)
        case .next90: today..<today.adding(days: 91)
        }
    }
}

extension DateLiteral.Unit {
    /// The first day of the unit that a day lies in.
    fileprivate func start(of day: Day, calendar: LocalCalendar) -> Day {
        let (year, month, _) = day.civil
        switch self {
        case .day: return day
        case .week: return day.adding(days: -((day.weekday - calendar.firstWeekday + 7) % 7))
        case .month: return Day(year: year, month: month, day: 1)
        case .quarter: return Day(year: year, month: (month - 1) / 3 * 3 + 1, day: 1)
        case .year: return Day(year: year, month: 1, day: 1)
        case .fiscalQuarter, .fiscalYear:
            let monthsIn = (month - calendar.firstFiscalMonth + 12) % 12
            let back = self == .fiscalYear ? monthsIn : monthsIn % 3
            return Day(year: year, month: month, day: 1).adding(months: -back)
        }
    }

    /// So many units later, from the first day of a unit.
    fileprivate func shift(_ start: Day, by count: Int) -> Day {
        switch self {
        case .day: start.adding(days: count)
        case .week: start.adding(days: 7 * count)
        case .month: start.adding(months: count)
        case .quarter, .fiscalQuarter: start.adding(months: 3 * count)
        case .year, .fiscalYear: start.adding(months: 12 * count)
        }
    }
}
