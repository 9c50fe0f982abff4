import Records
import SOQL
import Testing

/// Wednesday 18 March 2026 is today; weeks begin on Sunday, fiscal years in April.
@Suite struct DateLiteralTests {
    private static let today = Day(year: 2026, month: 3, day: 18)
    private static let tokyo = LocalCalendar(firstWeekday: 0, firstFiscalMonth: 4) { _ in 9 * 3600 }

    @Test(arguments: [
        ("YESTERDAY", "2026-03-17", "2026-03-18"),
        ("TODAY", "2026-03-18", "2026-03-19"),
        ("TOMORROW", "2026-03-19", "2026-03-20"),
        ("LAST_WEEK", "2026-03-08", "2026-03-15"),
        ("THIS_WEEK", "2026-03-15", "2026-03-22"),
        ("NEXT_WEEK", "2026-03-22", "2026-03-29"),
        ("LAST_MONTH", "2026-02-01", "2026-03-01"),
        ("THIS_MONTH", "2026-03-01", "2026-04-01"),
        ("NEXT_MONTH", "2026-04-01", "2026-05-01"),
        ("LAST_90_DAYS", "2025-12-18", "2026-03-19"),
        ("NEXT_90_DAYS", "2026-03-18", "2026-06-17"),
        ("LAST_N_DAYS:7", "2026-03-11", "2026-03-19"),
        ("NEXT_N_DAYS:7", "2026-03-19", "2026-03-26"),
        ("N_DAYS_AGO:7", "2026-03-11", "2026-03-12"),
        ("LAST_N_WEEKS:2", "2026-03-01", "2026-03-15"),
        ("NEXT_N_WEEKS:2", "2026-03-22", "2026-04-05"),
        ("N_WEEKS_AGO:2", "2026-03-01", "2026-03-08"),
        ("LAST_N_MONTHS:3", "2025-12-01", "2026-03-01"),
        ("NEXT_N_MONTHS:3", "2026-04-01", "2026-07-01"),
        ("N_MONTHS_AGO:3", "2025-12-01", "2026-01-01"),
        ("LAST_QUARTER", "2025-10-01", "2026-01-01"),
        ("THIS_QUARTER", "2026-01-01", "2026-04-01"),
        ("NEXT_QUARTER", "2026-04-01", "2026-07-01"),
        ("LAST_N_QUARTERS:2", "2025-07-01", "2026-01-01"),
        ("NEXT_N_QUARTERS:2", "2026-04-01", "2026-10-01"),
        ("N_QUARTERS_AGO:2", "2025-07-01", "2025-10-01"),
        ("LAST_YEAR", "2025-01-01", "2026-01-01"),
        ("THIS_YEAR", "2026-01-01", "2027-01-01"),
        ("NEXT_YEAR", "2027-01-01", "2028-01-01"),
        ("LAST_N_YEARS:5", "2021-01-01", "2026-01-01"),
        ("NEXT_N_YEARS:5", "2027-01-01", "2032-01-01"),
        ("N_YEARS_AGO:5", "2021-01-01", "2022-01-01"),
        ("LAST_FISCAL_QUARTER", "2025-10-01", "2026-01-01"),
        ("THIS_FISCAL_QUARTER", "2026-01-01", "2026-04-01"),
        ("NEXT_FISCAL_QUARTER", "2026-04-01", "2026-07-01"),
        ("LAST_N_FISCAL_QUARTERS:3", "2025-04-01", "2026-01-01"),
        ("NEXT_N_FISCAL_QUARTERS:3", "2026-04-01", "2027-01-01"),
        ("N_FISCAL_QUARTERS_AGO:3", "2025-04-01", "2025-07-01"),
        ("LAST_FISCAL_YEAR", "2024-04-01", "2025-04-01"),
        ("THIS_FISCAL_YEAR", "2025-04-01", "2026-04-01"),
        ("NEXT_FISCAL_YEAR", "2026-04-01", "2027-04-01"),
        ("LAST_N_FISCAL_YEARS:2", "2023-04-01", "2025-04-01"),
        ("NEXT_N_FISCAL_YEARS:2", "2026-04-01", "2028-04-01"),
        ("N_FISCAL_YEARS_AGO:2", "2023-04-01", "2024-04-01"),
    ])
    func `every published literal means its days`(_ text: String, first: String, behind: String) throws {
        let literal = try literal(text)
        let days = literal.days(today: Self.today, calendar: Self.tokyo)
        #expect(days.lowerBound.description == first)
        #expect(days.upperBound.description == behind)
    }

    @Test func `a day begins and ends with the user's clock`() throws {
        // Half past eight in the morning of the 18th in Tokyo is still the 17th in UTC.
        let now = try #require(Instant("2026-03-17T23:30:00.250Z"))
        let today = try literal("TODAY").range(now: now, calendar: Self.tokyo)
        #expect(today.lowerBound.description == "2026-03-17T15:00:00.000Z")
        #expect(today.upperBound.description == "2026-03-18T15:00:00.000Z")
        let lastDays = try literal("LAST_N_DAYS:1").range(now: now, calendar: Self.tokyo)
        #expect(lastDays.lowerBound.description == "2026-03-16T15:00:00.000Z")
        #expect(lastDays.upperBound.description == "2026-03-17T23:30:01.000Z")
    }

    @Test func `weeks begin on the locale's day`() throws {
        let monday = LocalCalendar(firstWeekday: 1, firstFiscalMonth: 1) { _ in 0 }
        let sunday = Day(year: 2026, month: 3, day: 22)
        #expect(try literal("THIS_WEEK").days(today: sunday, calendar: monday).lowerBound.description == "2026-03-16")
        #expect(try literal("THIS_WEEK").days(today: sunday, calendar: .utc).lowerBound == sunday)
    }

    @Test func `a day without a midnight begins when clocks were put forward`() throws {
        // São Paulo on 4 November 2018: from 24:00 of the 3rd, which was 03:00 in UTC, straight to one o'clock.
        let change = try #require(Instant("2018-11-04T03:00:00Z"))
        let calendar = LocalCalendar(firstWeekday: 0, firstFiscalMonth: 1) { $0 < change ? -3 * 3600 : -2 * 3600 }
        #expect(calendar.start(of: Day(year: 2018, month: 11, day: 4)) == change)
        #expect(calendar.start(of: Day(year: 2018, month: 11, day: 5)).description == "2018-11-05T02:00:00.000Z")
        #expect(calendar.day(of: change.adding(milliseconds: -1)) == Day(year: 2018, month: 11, day: 3))
    }

    private func literal(_ text: String) throws -> DateLiteral {
        let query = try Query(parsing: "SELECT Id FROM Case WHERE CreatedDate = \(text)", dialect: .api)
        guard case .comparison(let comparison) = query.where, case .literal(let literal) = comparison.right,
            case .relative(let relative) = literal.kind
        else {
            Issue.record("\(text) is not read as a date literal")
            return DateLiteral(.this, .day)
        }
        return relative
    }
}
