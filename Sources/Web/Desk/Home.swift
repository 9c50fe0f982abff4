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
        /// The reader's own, where there is no register of requests for them.
        let ownCases: [CaseLine]
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
        var (cases, ownCases): ([CaseLine], [CaseLine]) = ([], [])
        if let object = visit.schema.object("Case"), object.field("IsClosed") != nil {
            let count = try await visit.count("Case", where: "IsClosed = false")
            figures.append(
                Figure(
                    label: words("home.figure_cases"), count: Words.grouped(count), href: "/cases?status=open",
                    note: nil
                )
            )
            cases = try await openCases("IsClosed = false", visit)
            if !visit.isOfficer, object.field("OwnerId") != nil {
                ownCases = try await openCases("IsClosed = false AND OwnerId = :user", visit)
            }
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
            let shown = Array(queue.prefix(12))
            let names = try await visit.people(of: shown)
            requests = shown.map { RequestLine($0, visit, person: names[$0.person] ?? visit.absent($0)) }
        }
        let page = Page(
            greeting: words("home.greeting", ["name": visit.user]), today: visit.dates.full(visit.dates.today),
            figures: figures, cases: cases, ownCases: ownCases, requests: requests, canDecide: visit.isOfficer
        )
        return visit.page("home", title: words("home.title"), at: .home, page)
    }

    private static func openCases(_ condition: String, _ visit: Visit) async throws -> [CaseLine] {
        try await visit.rows(
            CaseLine.fields + ["Contact.Name"], of: "Case", needing: [],
            "WHERE \(condition) ORDER BY CreatedDate DESC LIMIT 12", ["user": .one(.id(visit.session.user))]
        ).compactMap { CaseLine($0, visit, person: $0.text("Contact.Name")) }
    }
}
