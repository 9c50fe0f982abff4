import Records
import Testing

struct TimeTests {
    @Test func `every day of five centuries is read as it was written`() throws {
        var last = Day(year: 1699, month: 12, day: 31)
        while last < Day(year: 2200, month: 1, day: 1) {
            let day = last.adding(days: 1)
            let (year, month, date) = day.civil
            #expect(Day(checkedYear: year, month: month, day: date) == day)
            #expect(Day(day.description) == day)
            #expect(day.weekday == (last.weekday + 1) % 7)
            last = day
        }
    }

    @Test(arguments: ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "26-01-01", "2026-01-01x", ""])
    func `a day that is none is refused`(text: String) {
        #expect(Day(text) == nil)
    }

    @Test(arguments: [
        ("2026-11-23T09:30:00.000+0000", 1_795_426_200_000), ("2026-11-23T09:30:00Z", 1_795_426_200_000),
        ("2026-11-23T18:30:00+09:00", 1_795_426_200_000), ("2026-11-23T18:30:00.5 0900", 1_795_426_200_500),
        ("1969-12-31T23:59:59.999Z", -1),
    ])
    func `moments are read in the platform's forms`(text: String, milliseconds: Int64) {
        #expect(Instant(text) == Instant(milliseconds: milliseconds))
    }

    @Test(arguments: ["2026-11-23T09:30:00", "2026-11-23", "2026-11-23T25:00:00Z", "2026-11-23T09:30:00+00:", "x"])
    func `a moment without a zone, or that is none, is refused`(text: String) {
        #expect(Instant(text) == nil)
    }

    @Test func `moments are written in UTC with milliseconds`() {
        #expect(Instant(milliseconds: 1_795_426_200_007).description == "2026-11-23T09:30:00.007Z")
        #expect(Instant(milliseconds: -1).description == "1969-12-31T23:59:59.999Z")
        #expect(TimeOfDay("09:05")?.description == "09:05:00.000Z")
    }

    @Test(arguments: [
        ("2026-01-31", 1, "2026-02-28"), ("2026-03-31", -1, "2026-02-28"), ("2026-12-15", 1, "2027-01-15"),
        ("2026-01-15", -13, "2024-12-15"),
    ])
    func `months are added by the calendar`(day: String, months: Int, result: String) throws {
        #expect(try #require(Day(day)).adding(months: months).description == result)
    }
}
