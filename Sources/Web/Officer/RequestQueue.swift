import Engine
import HTTP
import Hummingbird
import Privacy
import Records

/// The privacy desk: what people asked, by the time that is left.
enum RequestQueue {
    /// What the page shows.
    struct Page: Sendable {
        let summary: String
        let views: [PlaceLink]
        let rows: [Row]
    }

    struct Row: Sendable {
        let clock: ClockView
        let number: String
        let href: String
        let kind: String
        let person: String
        let personHref: String?
        let regulation: String
        let received: String
        let due: String
        let state: StateWord
    }

    static func show(_ visit: Visit) async throws -> Response {
        guard visit.isOfficer else { throw NothingHere() }
        let words = visit.words
        let isAll = try visit.query()["view"] == "all"
        let open = try await visit.requests.queue()
        let shown = isAll ? try await visit.requests.all() : open
        let names = try await visit.people(of: shown)
        let overdue = open.filter { $0.daysLeft(on: visit.dates.today) < 0 }.count
        let page = Page(
            summary: words(
                "requests.summary", ["open": Words.grouped(open.count), "overdue": Words.grouped(overdue)]
            ),
            views: [
                PlaceLink(href: "/privacy", label: words("requests.view_open"), isCurrent: !isAll),
                PlaceLink(href: "/privacy?view=all", label: words("requests.view_all"), isCurrent: isAll),
            ],
            rows: shown.map { request in
                let name = names[request.person]
                return Row(
                    clock: RequestLine.clock(request, visit), number: request.name, href: "/privacy/\(request.id)",
                    kind: words("kind.\(request.kind.rawValue)"), person: name ?? visit.absent(request),
                    personHref: name == nil ? nil : "/people/\(request.person)",
                    regulation: visit.regulationName(request.regulation),
                    received: visit.dates.short(visit.dates.day(of: request.received)),
                    due: visit.dates.short(request.due), state: RequestLine.state(request.status, words)
                )
            }
        )
        return visit.page("requests", title: words("requests.title"), at: .privacy, page)
    }
}
