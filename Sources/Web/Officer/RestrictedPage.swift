import Engine
import Hummingbird
import Privacy
import Records

/// What an officer sees in place of a person whose data may not be used: the ground and the date. To all others the
/// person is not there.
enum RestrictedPage {
    /// What the page shows.
    struct Page: Sendable {
        let facts: [Fact]
        let requestHref: String
    }

    /// - Throws: ``NothingHere`` where the record is not of a restricted person, or the session is not an officer's.
    static func show(_ person: RecordID, _ visit: Visit) async throws -> Response {
        guard visit.isOfficer else { throw NothingHere() }
        guard let deed = try await visit.session.restriction(holding: person), deed.state == .restricted else {
            throw NothingHere()
        }
        let request = try await visit.requests.request(deed.request)
        let words = visit.words
        let page = Page(
            facts: [
                Fact(
                    words("restricted.ground"),
                    "\(visit.regulationName(request.regulation)) · \(words("kind.Restriction"))"),
                Fact(words("restricted.since"), visit.dates.moment(deed.began)),
                Fact(words("restricted.number"), request.name),
            ].compactMap { $0 },
            requestHref: "/privacy/\(request.id)"
        )
        return visit.page("restricted", title: words("restricted.title"), at: .privacy, page)
    }
}
