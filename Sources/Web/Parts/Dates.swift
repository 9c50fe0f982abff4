import Foundation
import Records

/// Days and times as one reader sees them: in their zone and language.
struct Dates: Sendable {
    let language: Language
    let zone: TimeZone
    let now: Instant

    /// An unknown zone is taken for UTC.
    init(language: Language, zone: String, now: Instant) {
        self.language = language
        self.zone = TimeZone(identifier: zone) ?? .gmt
        self.now = now
    }

    /// The reader's day now.
    var today: Day { day(of: now) }

    /// The reader's day of a moment.
    func day(of instant: Instant) -> Day { local(instant).day }

    /// When a day of the reader's begins.
    func start(of day: Day) -> Instant {
        func offset(at instant: Instant) -> Int64 { local(instant).milliseconds - instant.milliseconds }
        let midnight = Instant(startOf: day)
        let about = midnight.adding(milliseconds: -offset(at: midnight))
        return midnight.adding(milliseconds: -offset(at: about))
    }

    /// For tables: `24 Nov 2026`, `2026/11/24`.
    func short(_ day: Day) -> String {
        let (year, month, date) = day.civil
        return switch language {
        case .ja: "\(year)/\(Self.two(month))/\(Self.two(date))"
        case .en: "\(date) \(Self.months[month - 1].prefix(3)) \(year)"
        }
    }

    /// For sentences: `24 November 2026`, `2026年11月24日`.
    func long(_ day: Day) -> String {
        let (year, month, date) = day.civil
        return switch language {
        case .ja: "\(year)年\(month)月\(date)日"
        case .en: "\(date) \(Self.months[month - 1]) \(year)"
        }
    }

    /// With the day of the week: `Tuesday 24 November 2026`, `2026年11月24日（火）`.
    func full(_ day: Day) -> String {
        switch language {
        case .ja: "\(long(day))（\(Self.weekdaysJa[day.weekday])）"
        case .en: "\(Self.weekdays[day.weekday]) \(long(day))"
        }
    }

    /// `14:05`.
    func clock(_ instant: Instant) -> String {
        let minutes = local(instant).timeOfDay.milliseconds / 60_000
        return "\(Self.two(minutes / 60)):\(Self.two(minutes % 60))"
    }

    /// `24 November 2026, 14:05`.
    func moment(_ instant: Instant) -> String {
        let day = long(day(of: instant))
        return language == .ja ? "\(day) \(clock(instant))" : "\(day), \(clock(instant))"
    }

    /// For files: `2026-11-24 14:05`.
    func plain(_ instant: Instant) -> String { "\(day(of: instant)) \(clock(instant))" }

    /// The time alone within today, the day otherwise; the exact moment on hover.
    func view(_ instant: Instant) -> TimeView {
        let day = day(of: instant)
        return TimeView(
            machine: instant.description, exact: exact(instant), shown: day == today ? clock(instant) : short(day))
    }

    /// The day and the time.
    func momentView(_ instant: Instant) -> TimeView {
        TimeView(
            machine: instant.description, exact: exact(instant), shown: "\(short(day(of: instant))) \(clock(instant))")
    }

    /// A day of UTC, which is not quite the reader's.
    func dayView(ofUTC instant: Instant) -> TimeView {
        TimeView(machine: instant.description, exact: exact(instant), shown: "\(short(instant.day)) UTC")
    }

    /// The time alone, for entries that stand under their day.
    func timeView(_ instant: Instant) -> TimeView {
        TimeView(machine: instant.description, exact: exact(instant), shown: clock(instant))
    }

    private func exact(_ instant: Instant) -> String {
        let local = local(instant)
        return "\(local.day) \(local.timeOfDay.description.prefix(8)) \(zone.identifier)"
    }

    private func local(_ instant: Instant) -> Instant {
        let date = Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000)
        return instant.adding(seconds: Int64(zone.secondsFromGMT(for: date)))
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let weekdaysJa = ["日", "月", "火", "水", "木", "金", "土"]
}

/// A moment: for machines, on hover, and as read.
struct TimeView: Sendable {
    let machine: String
    let exact: String
    let shown: String
}
