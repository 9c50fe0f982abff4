import Engine
import Hummingbird
import Records

/// The list of customers: found, filtered and sorted by its address, with a true count.
enum Contacts {
    /// What the page shows.
    struct Page: Sendable {
        let q: String
        let consents: [Choice]
        let sort: String
        let clear: String?
        let pager: Pager
        let heads: [Head]
        let rows: [Row]
    }

    struct Row: Sendable {
        let href: String
        let name: String
        let account: String
        let email: String
        let emailState: StateWord?
        let phone: String
        let phoneState: StateWord?
        let city: String
        let changed: TimeView?
    }

    static func show(_ visit: Visit) async throws -> Response {
        guard let object = visit.schema.object("Contact") else { throw NothingHere() }
        let words = visit.words
        let address = ListAddress("/contacts", names: ["q", "consent", "sort"], query: try visit.query())
        let condition = try await condition(address, visit)
        let columns = object.columns([
            "Id", "Name", "Account.Name", "Email", "Phone", "MobilePhone", "MailingCity", "HasOptedOutOfEmail",
            "DoNotCall", "LastModifiedDate",
        ])
        let rows = try await visit.session.query(
            """
            SELECT \(columns) FROM Contact \(condition.clause) ORDER BY \(order(address["sort"])) \
            LIMIT \(ListAddress.rowsPerPage) OFFSET \(address.offset)
            """,
            bindings: condition.bindings
        )
        let total = try await visit.count("Contact", where: condition.text, bindings: condition.bindings)
        let sort = address["sort"].isEmpty ? "name" : address["sort"]
        let page = Page(
            q: address["q"],
            consents: consents(address["consent"], words),
            sort: address["sort"],
            clear: address.isFiltered ? "/contacts" : nil,
            pager: address.pager(shown: rows.count, total: total, words: words),
            heads: [
                address.head(words("contacts.name"), sort: "name", by: sort),
                address.head(words("contacts.account"), sort: "account", by: sort),
                address.head(words("contacts.email"), sort: "email", by: sort),
                .plain(words("contacts.phone")),
                address.head(words("contacts.city"), sort: "city", by: sort),
                address.head(words("contacts.changed"), sort: "changed", by: sort),
            ],
            rows: rows.compactMap { row($0, visit) }
        )
        return visit.page("contacts", title: words("contacts.title"), at: .contacts, page)
    }

    private static func row(_ record: Record, _ visit: Visit) -> Row? {
        guard let id = record.id else { return nil }
        return Row(
            href: "/people/\(id)",
            name: record.text("Name") ?? id.description,
            account: record.text("Account.Name") ?? "",
            email: record.text("Email") ?? "",
            emailState: record.isTrue("HasOptedOutOfEmail") ? .no(visit.words("channel.no_email")) : nil,
            phone: record.text("Phone") ?? record.text("MobilePhone") ?? "",
            phoneState: record.isTrue("DoNotCall") ? .no(visit.words("channel.no_phone")) : nil,
            city: record.text("MailingCity") ?? "",
            changed: record.moment("LastModifiedDate").map(visit.dates.view)
        )
    }

    private static func consents(_ chosen: String, _ words: Words) -> [Choice] {
        [
            Choice("", words("list.any"), isChosen: chosen.isEmpty),
            Choice("email", words("contacts.no_email"), isChosen: chosen == "email"),
            Choice("phone", words("contacts.no_phone"), isChosen: chosen == "phone"),
            Choice("fax", words("contacts.no_fax"), isChosen: chosen == "fax"),
        ]
    }

    private static func condition(_ address: ListAddress, _ visit: Visit) async throws -> ListCondition {
        var condition = ListCondition()
        try await condition.find(address["q"], in: "Contact", visit)
        switch address["consent"] {
        case "email": condition.add("HasOptedOutOfEmail = true")
        case "phone": condition.add("DoNotCall = true")
        case "fax": condition.add("HasOptedOutOfFax = true")
        default: break
        }
        return condition
    }

    /// The id comes last, so that pages do not overlap where rows are equal.
    private static func order(_ sort: String) -> String {
        switch sort {
        case "-name": "Name DESC, Id"
        case "account": "Account.Name NULLS LAST, Id"
        case "-account": "Account.Name DESC NULLS LAST, Id"
        case "email": "Email NULLS LAST, Id"
        case "-email": "Email DESC NULLS LAST, Id"
        case "city": "MailingCity NULLS LAST, Id"
        case "-city": "MailingCity DESC NULLS LAST, Id"
        case "changed": "LastModifiedDate, Id"
        case "-changed": "LastModifiedDate DESC, Id"
        default: "Name, Id"
        }
    }
}

/// What narrows a list: conditions that are our own literals, values that are bound.
struct ListCondition: Sendable {
    private var conditions: [String] = []
    private(set) var bindings: [String: BoundValue] = [:]

    /// Nil where nothing narrows the list.
    var text: String? { conditions.isEmpty ? nil : conditions.joined(separator: " AND ") }
    var clause: String { text.map { "WHERE " + $0 } ?? "" }

    mutating func add(_ condition: String) { conditions.append(condition) }

    mutating func add(_ condition: String, _ name: String, _ value: Value) {
        conditions.append(condition)
        bindings[name] = .one(value)
    }

    /// Only what the search finds; nothing is asked where there are no words.
    mutating func find(_ words: String, in object: String, _ visit: Visit) async throws {
        guard words.contains(where: { $0.isLetter || $0.isNumber }) else { return }
        let hits = try await visit.session.search(words, in: [object], limit: ListAddress.rowsMax)
        conditions.append("Id IN :found")
        bindings["found"] = .many(hits.map { .id($0.id) })
    }
}

extension Head {
    /// A column that the list is not sorted by.
    static func plain(_ label: String) -> Head {
        Head(label: label, href: nil, sorted: nil, arrow: nil, isNumber: false)
    }
}
