import Engine
import Hummingbird
import Privacy
import Records

/// Where a day begins: what is open and what is due.
enum Home {
    /// What the page shows.
    struct Page: Sendable {
        let greeting: String
        let today: String
        let figures: [Figure]
        let cases: [CaseLine]
        let requests: [RequestLine]
        let canDecide: Bool
    }

    /// A number, and where the rows behind it are.
    struct Figure: Sendable {
        let label: String
        let count: String
        let href: String
        let note: StateWord?
    }

    static func show(_ visit: Visit) async throws -> Response {
        let words = visit.words
        var figures: [Figure] = []
        if visit.schema.object("Contact") != nil {
            let count = try await visit.count("Contact", where: nil)
            figures.append(
                Figure(label: words("home.figure_contacts"), count: Words.grouped(count), href: "/contacts", note: nil)
            )
        }
        var cases: [CaseLine] = []
        if visit.schema.object("Case") != nil {
            let count = try await visit.count("Case", where: "IsClosed = false")
            figures.append(
                Figure(
                    label: words("home.figure_cases"), count: Words.grouped(count), href: "/cases?status=open",
                    note: nil
                )
            )
            cases = try await visit.session.query(
                """
                SELECT Id, CaseNumber, Subject, Contact.Name, Status, IsClosed, CreatedDate FROM Case \
                WHERE IsClosed = false ORDER BY CreatedDate DESC LIMIT 12
                """
            ).compactMap { CaseLine($0, visit, person: $0.text("Contact.Name")) }
        }
        var requests: [RequestLine] = []
        if visit.isOfficer {
            let queue = try await Requests(visit.session, environment: visit.environment).queue()
            let overdue = queue.filter { $0.daysLeft(on: visit.dates.today) < 0 }.count
            figures.append(
                Figure(
                    label: words("home.figure_requests"), count: Words.grouped(queue.count), href: "/privacy",
                    note: queue.isEmpty
                        ? nil
                        : overdue > 0 ? .overdue(words.count("home.overdue", overdue)) : .may(words("home.on_time"))
                )
            )
            requests = queue.prefix(12).map { RequestLine($0, visit) }
        }
        let page = Page(
            greeting: words("home.greeting", ["name": visit.user]), today: visit.dates.full(visit.dates.today),
            figures: figures, cases: cases, requests: requests, canDecide: visit.isOfficer
        )
        return visit.page("home", title: words("home.title"), at: .home, page)
    }
}
