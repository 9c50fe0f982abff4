import Engine
import Records

/// The records that stand for one person: the Individual, with the contacts and leads that refer to it; or a contact or
/// lead that stands for itself.
struct PersonRecords: Sendable {
    /// Whose key and whose requests they are.
    let root: RecordID
    let individual: RecordID?
    let contacts: [RecordID]
    let leads: [RecordID]

    var all: [RecordID] { [individual].compactMap { $0 } + contacts + leads }

    /// - Parameter record: Any record of the person. One that is nobody's, absent or restricted leads to itself, with
    ///   no records.
    init(of record: RecordID, _ session: Session) async throws {
        root = try await session.subject(of: record) ?? record
        let root = root
        func ids(_ object: String, _ condition: String) async throws -> [RecordID] {
            try await session.query(
                "SELECT Id FROM \(object) WHERE \(condition) ORDER BY Id LIMIT 200", bindings: ["root": .one(.id(root))]
            ).compactMap(\.id)
        }
        switch try await session.schema().object(of: root)?.name {
        case "Individual":
            individual = try await ids("Individual", "Id = :root").first
            contacts = try await ids("Contact", "IndividualId = :root")
            leads = try await ids("Lead", "IndividualId = :root")
        case "Contact":
            individual = nil
            contacts = try await ids("Contact", "Id = :root")
            leads = []
        case "Lead":
            individual = nil
            contacts = []
            leads = try await ids("Lead", "Id = :root")
        default:
            individual = nil
            contacts = []
            leads = []
        }
    }

    /// The e-mail addresses of the person's contacts and leads.
    func emails(_ session: Session) async throws -> [String] {
        var emails: [String] = []
        for (object, ids) in [("Contact", contacts), ("Lead", leads)] where !ids.isEmpty {
            emails += try await session.query(
                "SELECT Email FROM \(object) WHERE Id IN :ids AND Email != null",
                bindings: ["ids": .many(ids.map(Value.id))]
            ).compactMap { $0["Email"].text }
        }
        return emails
    }
}
