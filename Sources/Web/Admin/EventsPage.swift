import Engine
import HTTP
import Hummingbird
import Records

/// What everybody did: how much of it hour by hour or day by day, and the files with every event.
enum EventsPage {
    /// What the page shows.
    struct Page: Sendable {
        let lead: String
        let spans: [PlaceLink]
        let kinds: [KindRow]
        let charts: [EventChart]
        let files: [FileRow]
        let hasFiles: Bool
        let filesOf: String
        /// Leads from the files of one day to those of the latest.
        let allFiles: String?
    }

    /// How many events of a kind there were in all.
    struct KindRow: Sendable {
        let name: String
        let hint: String
        let events: String
        let failed: String
    }

    /// A file to be taken away.
    struct FileRow: Sendable {
        let href: String
        let kind: String
        let interval: String
        let time: TimeView
        let size: String
        let label: String
    }

    /// So far back the charts go.
    enum Span: String, CaseIterable {
        case day, week, month

        var hours: Int64 { self == .day ? 24 : self == .week ? 168 : 720 }
        /// How many hours a bar stands for.
        var hoursInBar: Int64 { self == .day ? 1 : self == .week ? 6 : 24 }
    }

    private static let filesShown = 100

    static func show(_ visit: Visit) async throws -> Response {
        guard visit.seesEvents else { throw NothingHere() }
        let words = visit.words
        let query = try visit.query()
        let span = query["span"].flatMap(Span.init) ?? .day
        let day = query["day"].flatMap { Day($0) }
        // Bars end with hours, and days with the reader's own.
        let end = Self.end(of: span, visit)
        let begin = end.adding(seconds: -span.hours * 3_600)
        let tallies = try await visit.session.eventTallies(from: begin, to: end)
        let kinds = MonitoredEvent.Kind.allCases.filter { kind in
            tallies.contains { $0.kind == kind } || [.restAPI, .page, .login].contains(kind)
        }
        let files = try await files(day, visit)
        let page = Page(
            lead: words("events.lead", ["until": visit.dates.moment(Self.hourNow(visit))]),
            spans: Span.allCases.map {
                PlaceLink(
                    href: "/events?span=\($0.rawValue)", label: words("events.span_\($0.rawValue)"),
                    isCurrent: $0 == span)
            },
            kinds: kinds.map { kind in
                let own = tallies.filter { $0.kind == kind }
                return KindRow(
                    name: words("events.kind_\(kind.rawValue)"), hint: kind.rawValue,
                    events: Words.grouped(own.reduce(0) { $0 + $1.events }),
                    failed: Words.grouped(own.reduce(0) { $0 + $1.failed }))
            },
            charts: kinds.filter { $0 != .gap }.map { kind in
                EventChart(kind, tallies.filter { $0.kind == kind }, span, from: begin, visit)
            },
            files: files, hasFiles: !files.isEmpty,
            filesOf: day.map { words("events.files_of", ["day": visit.dates.full($0)]) } ?? words("events.files"),
            allFiles: day == nil ? nil : "/events?span=\(span.rawValue)")
        return visit.page("events", title: words("events.title"), at: nil, page)
    }

    static func download(_ visit: Visit) async throws -> Response {
        guard visit.seesEvents else { throw NothingHere() }
        let row =
            try await visit.session.retrieve(
                "EventLogFile", [try visit.id()], fields: ["LogFile", "EventType", "Interval", "LogDate"]
            ).first ?? nil
        guard let row, case .bytes(let bytes) = row["LogFile"], case .datetime(let date) = row["LogDate"] else {
            throw NothingHere()
        }
        let isDaily = row["Interval"].text == "Daily"
        let name = "\(row["EventType"].text ?? "")-\(date.description.prefix(isDaily ? 10 : 13)).csv"
        return .file(bytes, name: name, type: "text/csv; charset=utf-8")
    }

    /// The end of the last whole bar: of an hour of UTC, or of the reader's day.
    private static func end(of span: Span, _ visit: Visit) -> Instant {
        guard span == .month else { return hourNow(visit) }
        return visit.dates.start(of: visit.dates.today.adding(days: 1))
    }

    /// When the hour that is not over has begun.
    private static func hourNow(_ visit: Visit) -> Instant {
        let now = visit.dates.now
        return Instant(milliseconds: now.milliseconds - now.milliseconds % 3_600_000)
    }

    private static func files(_ day: Day?, _ visit: Visit) async throws -> [FileRow] {
        let words = visit.words
        var soql = "SELECT Id, EventType, Interval, LogDate, LogFileLength FROM EventLogFile"
        var bindings: [String: BoundValue] = [:]
        if let day {
            soql += " WHERE LogDate >= :begin AND LogDate < :end"
            bindings["begin"] = .one(.datetime(visit.dates.start(of: day)))
            bindings["end"] = .one(.datetime(visit.dates.start(of: day.adding(days: 1))))
        }
        soql += " ORDER BY LogDate DESC, EventType, Sequence LIMIT \(filesShown)"
        return try await visit.session.query(soql, bindings: bindings).compactMap { row in
            guard let id = row.id, case .datetime(let date) = row["LogDate"] else { return nil }
            let kind = words.known("events.kind_\(row["EventType"].text ?? "")") ?? row["EventType"].text ?? ""
            let isDaily = row["Interval"].text == "Daily"
            var bytes = 0.0
            if case .double(let length) = row["LogFileLength"] { bytes = length }
            return FileRow(
                href: "/events/\(id)", kind: kind, interval: words(isDaily ? "events.daily" : "events.hourly"),
                time: isDaily ? visit.dates.dayView(ofUTC: date) : visit.dates.momentView(date),
                size: "\(Words.grouped(max(1, Int(bytes / 1_024)))) KiB",
                label: words("events.download", ["kind": kind]))
        }
    }
}
