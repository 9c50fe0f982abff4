import Engine
import Hummingbird
import Records
import Reports

/// The list of cases.
enum Cases {
    static func show(_ visit: Visit) async throws -> Response { try await ListPage.show(try list(visit), visit) }

    static func export(_ visit: Visit) async throws -> Response { try await ListPage.export(try list(visit), visit) }

    private static func list(_ visit: Visit) throws -> ListDefinition {
        guard let object = visit.schema.object("Case") else { throw NothingHere() }
        let words = visit.words
        return ListDefinition(
            object: "Case", place: .cases,
            words: ListDefinition.Wording(
                title: words("cases.title"), find: words("cases.find"), findHint: words("cases.find_hint"),
                empty: words("cases.empty"), emptyHint: words("cases.empty_hint")
            ),
            columns: columns(ListColumns(object: object, visit: visit), words),
            shownAtFirst: ["subject", "number", "person", "status", "priority", "origin", "opened"],
            sortAtFirst: "-opened", filters: [status(visit), priority(visit)], edit: { "/cases/\($0)#status" }
        )
    }

    private static func columns(_ columns: ListColumns, _ words: Words) -> [ListColumn] {
        let none = words("cases.no_subject")
        return [
            columns.plain("number", "CaseNumber", words("cases.number")),
            columns.head("subject", "Subject", words("cases.subject"), none: none) { "/cases/\($0)" },
            person(columns, words), state(columns, words),
            columns.plain("priority", "Priority", words("cases.priority")),
            columns.plain("origin", "Origin", words("cases.origin")),
            columns.plain("type", "Type"), columns.plain("reason", "Reason"),
            columns.plain("account", "Account.Name", words("contacts.account")),
            columns.plain("owner", "Owner.Name", words("case.owner")),
            columns.plain("opened", "CreatedDate", words("cases.opened")),
            columns.plain("closed", "ClosedDate", words("cases.closed_on")),
        ].compactMap { $0 } + columns.custom
    }

    /// The customer, with a link to their page.
    private static func person(_ columns: ListColumns, _ words: Words) -> ListColumn? {
        guard let column = columns.plain("person", "Contact.Name", words("cases.person")) else { return nil }
        return ListColumn(
            key: column.key, heading: column.heading, fields: column.fields, needs: ["ContactId"], order: column.order,
            cell: { record in
                var cell = column.cell(record)
                if !cell.text.isEmpty { cell.href = record["ContactId"].id.map { "/people/\($0)" } }
                return cell
            }
        )
    }

    /// The status as a word with its shape.
    private static func state(_ columns: ListColumns, _ words: Words) -> ListColumn? {
        guard let column = columns.plain("status", "Status", words("cases.status")) else { return nil }
        let visit = columns.visit
        return ListColumn(
            key: column.key, heading: column.heading, fields: column.fields, needs: ["IsClosed"], order: column.order,
            cell: { ListCell(label: column.heading, state: CaseLine.state($0, visit)) }
        )
    }

    private static func status(_ visit: Visit) -> ListFilter {
        let words = visit.words
        return ListFilter(
            name: "status", label: words("cases.status"),
            choices: [("open", words("cases.open")), ("closed", words("cases.closed"))] + choices(of: "Status", visit),
            narrow: { value, condition in
                switch value {
                case "open": condition.add("IsClosed = false")
                case "closed": condition.add("IsClosed = true")
                default: condition.add("Status = :status", "status", .text(value))
                }
            }
        )
    }

    private static func priority(_ visit: Visit) -> ListFilter {
        ListFilter(
            name: "priority", label: visit.words("cases.priority"), choices: choices(of: "Priority", visit),
            narrow: { value, condition in condition.add("Priority = :priority", "priority", .text(value)) }
        )
    }

    private static func choices(of field: String, _ visit: Visit) -> [(value: String, label: String)] {
        visit.picklist("Case", field, chosen: "").map { ($0.value, $0.label) }
    }
}
