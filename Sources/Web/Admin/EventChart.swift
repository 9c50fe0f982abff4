import Engine
import Records

/// The events of a kind as bars, one for each hour or day; what failed is the lower part of a bar.
struct EventChart: Sendable {
    let name: String
    let summary: String
    let width: Int
    let height: Int
    let bars: [Bar]
    let most: String
    let first: String
    let last: String

    /// In the units of the drawing.
    struct Bar: Sendable {
        let x: Int
        let y: Int
        let width: Int
        let height: Int
        let failedY: Int
        let failedHeight: Int
        let href: String
        let label: String
    }

    private static let room = 64
    private static let step = 12
    private static let gap = 2

    init(
        _ kind: MonitoredEvent.Kind, _ tallies: [EventTally], _ span: EventsPage.Span, from begin: Instant,
        _ visit: Visit
    ) {
        let words = visit.words
        let seconds = span.hoursInBar * 3_600
        let count = Int(span.hours / span.hoursInBar)
        var sums = [(events: Int, failed: Int)](repeating: (0, 0), count: count)
        for tally in tallies {
            let place = Int((tally.begin.milliseconds - begin.milliseconds) / (seconds * 1_000))
            guard sums.indices.contains(place) else { continue }
            sums[place].events += tally.events
            sums[place].failed += tally.failed
        }
        let most = sums.map(\.events).max() ?? 0
        func length(_ events: Int) -> Int {
            // Something is never drawn as nothing.
            events == 0 ? 0 : max(1, events * Self.room / max(most, 1))
        }
        name = words("events.kind_\(kind.rawValue)")
        let all = sums.reduce(0) { $0 + $1.events }
        summary = words("events.chart", ["kind": name, "events": Words.grouped(all), "most": Words.grouped(most)])
        width = count * Self.step
        height = Self.room
        self.most = Words.grouped(most)
        let times = sums.indices.map { begin.adding(seconds: Int64($0) * seconds) }
        bars = sums.indices.compactMap { place in
            let (events, failed) = sums[place]
            if events == 0 { return nil }
            let (height, failedHeight) = (length(events), min(length(failed), length(events)))
            let time =
                span == .month
                ? visit.dates.short(visit.dates.day(of: times[place])) : visit.dates.momentView(times[place]).shown
            return Bar(
                x: place * Self.step, y: Self.room - height, width: Self.step - Self.gap, height: height,
                failedY: Self.room - failedHeight, failedHeight: failedHeight,
                href: "/events?span=\(span.rawValue)&day=\(visit.dates.day(of: times[place]))",
                label: words(
                    "events.bar",
                    ["time": time, "events": Words.grouped(events), "failed": Words.grouped(failed)]))
        }
        first = span == .day ? visit.dates.clock(begin) : visit.dates.short(visit.dates.day(of: begin))
        let end = times.last ?? begin
        last = span == .day ? visit.dates.clock(end) : visit.dates.short(visit.dates.day(of: end))
    }
}
