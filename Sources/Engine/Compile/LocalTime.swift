import Foundation
import Records
import SOQL
import Store

/// What clocks show in a time zone.
struct LocalTime {
    let zone: TimeZone

    init(_ identifier: String) { zone = TimeZone(identifier: identifier) ?? .gmt }

    var calendar: LocalCalendar {
        LocalCalendar(firstWeekday: 0, firstFiscalMonth: 1) { [zone] instant in
            zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000))
        }
    }

    /// A moment in milliseconds, moved by the zone's offset at that moment.
    func shifted(_ moment: SQL) -> SQL {
        let changes = changes
        let first = Int64(zone.secondsFromGMT(for: Self.start)) * 1000
        guard !changes.isEmpty else { return "(\(moment) + \(SQL(integer: first)))" }
        // From the latest: the first one that has happened counts.
        let cases = changes.reversed().map { change -> SQL in
            " WHEN \(moment) >= \(SQL(integer: change.moment)) THEN \(moment) + \(SQL(integer: change.offset))"
        }
        return "(CASE\(.joined(cases, separator: "")) ELSE \(moment) + \(SQL(integer: first)) END)"
    }

    private static let start = Date(timeIntervalSince1970: 0)
    private static let end = Date(timeIntervalSince1970: 2_556_144_000)

    /// The changes of the clocks between 1970 and 2050.
    private var changes: [(moment: Int64, offset: Int64)] {
        var changes: [(moment: Int64, offset: Int64)] = []
        var now = Self.start
        while let next = zone.nextDaylightSavingTimeTransition(after: now), next < Self.end, next > now {
            changes.append(
                (
                    Int64(next.timeIntervalSince1970 * 1000),
                    Int64(zone.secondsFromGMT(for: next.addingTimeInterval(1))) * 1000
                )
            )
            now = next
        }
        return changes
    }
}
