/// A calendar day (proleptic Gregorian), as days since 1970-01-01.
public struct Day: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01; negative before.
    public let daysSince1970: Int

    /// The first and last day that the platform's date fields take: 1700-01-01 and 4000-12-31.
    public static let platformRange = Day(year: 1700, month: 1, day: 1)...Day(year: 4000, month: 12, day: 31)

    public init(daysSince1970: Int) { self.daysSince1970 = daysSince1970 }

    /// Counts the days to a civil date. The month and day must be of the calendar; see ``init(checkedYear:month:day:)``.
    public init(year: Int, month: Int, day: Int) {
        // Days from civil, by Howard Hinnant's algorithm: years begin in March, eras have 400 years.
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        daysSince1970 = era * 146_097 + dayOfEra - 719_468
    }

    /// Nil where there is no such day.
    public init?(checkedYear year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), day >= 1, day <= Self.daysIn(month: month, year: year) else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The civil date: year, month 1–12, day 1–31.
    public var civil: (year: Int, month: Int, day: Int) {
        let shifted = daysSince1970 + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch + (monthFromMarch < 10 ? 3 : -9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    /// 0 is Sunday, 6 is Saturday.
    public var weekday: Int { ((daysSince1970 + 4) % 7 + 7) % 7 }

    /// How many days a month has.
    public static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The same day of a later (or earlier) month, or that month's last where it has no such day.
    public func adding(months: Int) -> Day {
        let (year, month, day) = civil
        let total = year * 12 + month - 1 + months
        let newYear = total >= 0 ? total / 12 : (total - 11) / 12
        let newMonth = total - newYear * 12 + 1
        return Day(year: newYear, month: newMonth, day: min(day, Self.daysIn(month: newMonth, year: newYear)))
    }

    public func adding(days: Int) -> Day { Day(daysSince1970: daysSince1970 + days) }

    public static func < (a: Day, b: Day) -> Bool { a.daysSince1970 < b.daysSince1970 }
}

extension Day: CustomStringConvertible {
    /// `2026-11-23`.
    public var description: String {
        String(unsafeUninitializedCapacity: 10) { buffer in
            if let start = buffer.baseAddress { write(to: start) }
            return 10
        }
    }

    /// Writes ten bytes, `2026-11-23`. Years are cut to 0–9999.
    public func write(to out: UnsafeMutablePointer<UInt8>) {
        let (year, month, day) = civil
        let shown = max(0, min(9999, year))
        Digits.write2(shown / 100, to: out)
        Digits.write2(shown % 100, to: out + 2)
        out[4] = 45
        Digits.write2(month, to: out + 5)
        out[7] = 45
        Digits.write2(day, to: out + 8)
    }

    /// Reads `2026-11-23`; nil for another form or a day that the calendar lacks.
    public init?(_ text: some StringProtocol) {
        var text = String(text)
        guard let day = text.withUTF8({ Day(utf8: $0) }) else { return nil }
        self = day
    }

    /// The same for a text where it lies.
    public init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        var reader = DigitReader(text)
        guard let day = reader.day(), reader.isAtEnd else { return nil }
        self = day
    }
}

/// Decimal digits on the hot path.
enum Digits {
    @inline(__always)
    static func write2(_ number: Int, to out: UnsafeMutablePointer<UInt8>) {
        out[0] = UInt8(48 + number / 10)
        out[1] = UInt8(48 + number % 10)
    }
}
