import Engine
import Hummingbird
import Records

/// The list of cases.
enum Cases {
    /// What the page shows.
    struct Page: Sendable {
        let q: String
        let statuses: [Choice]
        let priorities: [Choice]
        let sort: String
        let clear: String?
        let pager: Pager
        let heads: [Head]
        let rows: [Row]
    }

    struct Row: Sendable {
        let number: String
        let href: String
        let subject: String
        let person: PersonLink?
        let state: StateWord?
        let priority: String
        let origin: String
        let opened: TimeView?
    }

    static func show(_ visit: Visit) async throws -> Response {
        guard let object = visit.schema.object("Case") else { throw NothingHere() }
        let words = visit.words
        let address = ListAddress("/cases", names: ["q", "status", "priority", "sort"], query: try visit.query())
        let condition = try await condition(address, visit)
        let columns = object.columns([
            "Id", "CaseNumber", "Subject", "ContactId", "Contact.Name", "Status", "IsClosed", "Priority", "Origin",
            "CreatedDate",
        ])
        let rows = try await visit.session.query(
            """
            SELECT \(columns) FROM Case \(condition.clause) ORDER BY \(order(address["sort"])) \
            LIMIT \(ListAddress.rowsPerPage) OFFSET \(address.offset)
            """,
            bindings: condition.bindings
        )
        let total = try await visit.count("Case", where: condition.text, bindings: condition.bindings)
        let sort = address["sort"].isEmpty ? "-opened" : address["sort"]
        let page = Page(
            q: address["q"],
            statuses: [
                Choice("", words("list.any"), isChosen: address["status"].isEmpty),
                Choice("open", words("cases.open"), isChosen: address["status"] == "open"),
                Choice("closed", words("cases.closed"), isChosen: address["status"] == "closed"),
            ] + visit.picklist("Case", "Status", chosen: address["status"]),
            priorities: [Choice("", words("list.any"), isChosen: address["priority"].isEmpty)]
                + visit.picklist("Case", "Priority", chosen: address["priority"]),
            sort: address["sort"],
            clear: address.isFiltered ? "/cases" : nil,
            pager: address.pager(shown: rows.count, total: total, words: words),
            heads: [
                address.head(words("cases.number"), sort: "number", by: sort),
                address.head(words("cases.subject"), sort: "subject", by: sort),
                address.head(words("cases.person"), sort: "person", by: sort),
                address.head(words("cases.status"), sort: "status", by: sort),
                .plain(words("cases.priority")),
                .plain(words("cases.origin")),
                address.head(words("cases.opened"), sort: "opened", by: sort),
            ],
            rows: rows.compactMap { row($0, visit) }
        )
        return visit.page("cases", title: words("cases.title"), at: .cases, page)
    }

    private static func row(_ record: Record, _ visit: Visit) -> Row? {
        guard let line = CaseLine(record, visit) else { return nil }
        return Row(
            number: line.number, href: line.href, subject: line.subject,
            person: PersonLink(record["ContactId"].id, record.text("Contact.Name")),
            state: line.state,
            priority: visit.picklistLabel("Case", "Priority", record.text("Priority")),
            origin: visit.picklistLabel("Case", "Origin", record.text("Origin")),
            opened: line.opened
        )
    }

    private static func condition(_ address: ListAddress, _ visit: Visit) async throws -> ListCondition {
        var condition = ListCondition()
        try await condition.find(address["q"], in: "Case", visit)
        switch address["status"] {
        case "": break
        case "open": condition.add("IsClosed = false")
        case "closed": condition.add("IsClosed = true")
        case let status: condition.add("Status = :status", "status", .text(status))
        }
        if !address["priority"].isEmpty {
            condition.add("Priority = :priority", "priority", .text(address["priority"]))
        }
        return condition
    }

    private static func order(_ sort: String) -> String {
        switch sort {
        case "number": "CaseNumber, Id"
        case "-number": "CaseNumber DESC, Id"
        case "subject": "Subject NULLS LAST, Id"
        case "-subject": "Subject DESC NULLS LAST, Id"
        case "person": "Contact.Name NULLS LAST, Id"
        case "-person": "Contact.Name DESC NULLS LAST, Id"
        case "status": "Status, Id"
        case "-status": "Status DESC, Id"
        case "opened": "CreatedDate, Id"
        default: "CreatedDate DESC, Id"
        }
    }
}

/// A link to a customer's page.
struct PersonLink: Sendable {
    let href: String
    let name: String

    /// Nil where there is nobody, or nobody that this session may see.
    init?(_ id: RecordID?, _ name: String?) {
        guard let id, let name else { return nil }
        href = "/people/\(id)"
        self.name = name
    }
}

/// A case in a short list.
struct CaseLine: Sendable {
    let href: String
    let number: String
    let subject: String
    let person: String?
    let state: StateWord?
    let opened: TimeView?

    /// - Parameter person: the customer's name, where the list is not about one customer.
    init?(_ record: Record, _ visit: Visit, person: String? = nil) {
        guard let id = record.id else { return nil }
        href = "/cases/\(id)"
        number = record.text("CaseNumber") ?? id.description
        subject = record.text("Subject") ?? visit.words("cases.no_subject")
        self.person = person
        state = Self.state(record, visit)
        opened = record.moment("CreatedDate").map(visit.dates.view)
    }

    /// The status as a word; its shape tells closed, escalated and open apart.
    static func state(_ record: Record, _ visit: Visit) -> StateWord? {
        guard let status = record.text("Status") else { return nil }
        let word = visit.picklistLabel("Case", "Status", status)
        if record.isTrue("IsClosed") { return .done(word) }
        return status == "Escalated" ? .warning(word) : .open(word)
    }
}

extension Visit {
    /// The values of a picklist to choose from.
    func picklist(_ object: String, _ field: String, chosen: String) -> [Choice] {
        (schema.object(object)?.field(field)?.picklist ?? []).filter(\.isActive).map { value in
            let label = words.language == .ja && !value.labelJa.isEmpty ? value.labelJa : value.label
            return Choice(value.value, label, isChosen: value.value == chosen)
        }
    }
}
