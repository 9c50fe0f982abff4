import Engine
import Records

/// A case in a short list.
struct CaseLine: Sendable {
    let href: String
    let number: String
    let subject: String
    let person: String?
    let state: StateWord?
    let opened: TimeView?

    /// What is read of a case, beside the customer's name.
    static let fields = ["Id", "CaseNumber", "Subject", "Status", "IsClosed", "CreatedDate"]

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
