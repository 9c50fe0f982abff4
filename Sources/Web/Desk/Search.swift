import Engine
import HTTP
import Hummingbird
import Records

/// What the search finds in every object that the reader may see.
enum Search {
    /// What the page shows.
    struct Page: Sendable {
        let heading: String
        let found: String
        let groups: [Group]
    }

    struct Group: Sendable {
        let label: String
        let count: String
        let hits: [Hit]
    }

    struct Hit: Sendable {
        let href: String?
        let name: String
        let snippet: String?
    }

    /// Of each object.
    private static let hitsMax = 100
    /// People and their cases first; the others in the order of their names.
    private static let first = [
        "Contact", "Lead", "Individual", "Case", "Account", "CaseComment", "EmailMessage", "Task",
    ]

    static func show(_ visit: Visit) async throws -> Response {
        let words = visit.words
        let text = try visit.query()["q"] ?? ""
        let isEmpty = !text.contains { $0.isLetter || $0.isNumber }
        let hits = isEmpty ? [] : try await visit.session.search(text, in: nil, limit: hitsMax)
        let page = Page(
            heading: isEmpty ? words("search.title") : words("search.heading", ["text": text]),
            found: isEmpty ? words("layout.search_hint") : words.count("search.found", hits.count),
            groups: groups(hits, visit)
        )
        return visit.page("search", title: words("search.title"), at: nil, page)
    }

    private static func groups(_ hits: [SearchHit], _ visit: Visit) -> [Group] {
        let byObject = Dictionary(grouping: hits, by: \.object)
        let order = byObject.keys.sorted { place(of: $0) < place(of: $1) }
        return order.compactMap { name in
            guard let object = visit.schema.object(name), let hits = byObject[name] else { return nil }
            return Group(
                label: object.label(visit.words.language),
                count: hits.count < hitsMax
                    ? Words.grouped(hits.count) : visit.words("search.limited", ["n": Words.grouped(hits.count)]),
                hits: hits.map { hit in
                    Hit(
                        href: visit.href(of: hit.id, object: name),
                        name: hit.name.isEmpty ? hit.id.description : hit.name,
                        snippet: hit.snippets.first.map { String($0.text.prefix(160)) }
                    )
                }
            )
        }
    }

    private static func place(of object: String) -> (Int, String) {
        (first.firstIndex(of: object) ?? first.count, object)
    }
}

extension Visit {
    /// The page of a record; nil where there is none.
    func href(of id: RecordID, object: String) -> String? {
        switch object {
        case "Contact", "Lead", "Individual": "/people/\(id)"
        case "Case": "/cases/\(id)"
        case "DataSubjectRequest": isOfficer ? "/privacy/\(id)" : nil
        default: nil
        }
    }
}
