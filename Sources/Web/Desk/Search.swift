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
        let snippet: [Part]
    }

    struct Part: Sendable {
        let text: String
        let marked: String?
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
        let records = try await Found.records(of: hits, visit)
        let page = Page(
            heading: isEmpty ? words("search.title") : words("search.heading", ["text": text]),
            found: isEmpty ? words("layout.search_hint") : words.count("search.found", hits.count),
            groups: groups(hits, records, visit)
        )
        return visit.page("search", title: words("search.title"), at: nil, page)
    }

    private static func groups(
        _ hits: [SearchHit], _ records: [RecordID: Record], _ visit: Visit
    ) -> [Group] {
        let byObject = Dictionary(grouping: hits, by: \.object)
        let order = byObject.keys.sorted { place(of: $0) < place(of: $1) }
        return order.compactMap { name in
            guard visit.schema.object(name) != nil, let hits = byObject[name] else { return nil }
            return Group(
                label: visit.objectLabel(name),
                count: hits.count < hitsMax
                    ? Words.grouped(hits.count) : visit.words("search.limited", ["n": Words.grouped(hits.count)]),
                hits: hits.map { hit in
                    let found = Found(hit: hit, record: records[hit.id])
                    return Hit(
                        href: found.href(visit), name: found.name(visit),
                        snippet: (hit.snippets.first?.excerpt(length: 160) ?? []).map { part in
                            Part(text: part.isMarked ? "" : part.text, marked: part.isMarked ? part.text : nil)
                        }
                    )
                }
            )
        }
    }

    private static func place(of object: String) -> (Int, String) {
        (first.firstIndex(of: object) ?? first.count, object)
    }
}

/// A hit with what people know it by: a mail and a case by their subject, a comment by its case.
private struct Found: Sendable {
    let hit: SearchHit
    let record: Record?

    /// What is read of the records of an object besides the hit.
    private static let fields = [
        "Case": ["CaseNumber", "Subject"], "CaseComment": ["ParentId", "Parent.CaseNumber", "Parent.Subject"],
        "EmailMessage": ["ParentId", "Subject"], "Task": ["Subject", "WhoId"],
    ]

    static func records(of hits: [SearchHit], _ visit: Visit) async throws -> [RecordID: Record] {
        var records: [RecordID: Record] = [:]
        for (name, hits) in Dictionary(grouping: hits, by: \.object) {
            guard let fields = fields[name], let object = visit.schema.object(name) else { continue }
            let rows = try await visit.session.query(
                "SELECT \(visit.columns(["Id"] + fields, of: object)) FROM \(name) WHERE Id IN :ids",
                bindings: ["ids": .many(hits.map { .id($0.id) })]
            )
            for row in rows { if let id = row.id { records[id] = row } }
        }
        return records
    }

    func name(_ visit: Visit) -> String {
        let subject = record?.text("Subject") ?? record?.text("Parent.Subject")
        let number = record?.text("CaseNumber") ?? record?.text("Parent.CaseNumber")
        let known = [number, subject].compactMap { $0 }.joined(separator: " ")
        if !known.isEmpty { return known }
        if Self.fields[hit.object] != nil { return visit.words("cases.no_subject") }
        return hit.name.isEmpty ? hit.id.description : hit.name
    }

    /// Its page, or that of the case or the person that it belongs to.
    func href(_ visit: Visit) -> String? {
        if let own = visit.href(of: hit.id, object: hit.object) { return own }
        guard let parent = record?["ParentId"].id ?? record?["WhoId"].id else { return nil }
        return visit.schema.object(of: parent).flatMap { visit.href(of: parent, object: $0.name) }
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
