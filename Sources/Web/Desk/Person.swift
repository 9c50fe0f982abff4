import Engine
import Records

/// A customer as the desk meets them: a contact, a lead, or an individual that is neither.
struct Person: Sendable {
    /// The record whose page it is.
    let id: RecordID
    let object: String
    let record: Record

    private static let wished = [
        "Id", "Name", "Salutation", "FirstName", "LastName", "Title", "Department", "Email", "Phone", "MobilePhone",
        "Fax", "HasOptedOutOfEmail", "DoNotCall", "HasOptedOutOfFax", "Birthdate", "Company",
        "Account.Name", "AccountId", "IndividualId", "MailingStreet", "MailingCity", "MailingState",
        "MailingPostalCode", "MailingCountry", "Street", "City", "State", "PostalCode", "Country", "Description",
        "Ext__c", "Kana__c", "Owner.Name", "CreatedDate", "LastModifiedDate",
    ]

    /// - Throws: ``NothingHere`` where there is no such person, or none that this session may see.
    static func at(_ id: RecordID, _ visit: Visit) async throws -> Person {
        guard let object = visit.schema.object(of: id), object.isPerson else { throw NothingHere() }
        if object.name == "Individual", let contact = try await contact(of: id, visit) { return contact }
        let columns = visit.columns(wished, of: object)
        guard let record = try await visit.one("SELECT \(columns) FROM \(object.name) WHERE Id = :id", id: id) else {
            throw NothingHere()
        }
        return Person(id: id, object: object.name, record: record)
    }

    /// The contact that stands for an individual.
    private static func contact(of individual: RecordID, _ visit: Visit) async throws -> Person? {
        guard let object = visit.schema.object("Contact"), object.field("IndividualId") != nil else { return nil }
        let record = try await visit.one(
            "SELECT \(visit.columns(wished, of: object)) FROM Contact WHERE IndividualId = :id ORDER BY Id LIMIT 1",
            id: individual
        )
        guard let record, let id = record.id else { return nil }
        return Person(id: id, object: "Contact", record: record)
    }

    var name: String { record.text("Name") ?? id.description }
    var email: String? { record.text("Email") }
    var phone: String? { record.text("Phone") ?? record.text("MobilePhone") }
    var fax: String? { record.text("Fax") }
    var individual: RecordID? { object == "Individual" ? id : record["IndividualId"].id }

    /// The address on one line, in the order of the reader's language.
    func address(_ language: Language) -> String? {
        let prefix = object == "Contact" ? "Mailing" : ""
        func part(_ name: String) -> String? { record.text(prefix + name) }
        let (street, city, state) = (part("Street"), part("City"), part("State"))
        let (code, country) = (part("PostalCode"), part("Country"))
        let isJapanese = country == "Japan" || country == "日本"
        let parts: [String?] =
            isJapanese && language == .ja
            ? [code.map { "〒\($0) " }, state, city, street].map { $0 }
            : [street, [code, city].compactMap { $0 }.joined(separator: " "), state, country]
        let text = parts.compactMap { $0 }.filter { !$0.isEmpty }
        guard !text.isEmpty else { return nil }
        return isJapanese && language == .ja ? text.joined() : text.joined(separator: ", ")
    }

    /// What is known of them, as terms and values.
    func facts(_ visit: Visit) -> [Fact] {
        let words = visit.words
        let dates = visit.dates
        let birthdate = record.day("Birthdate")
        return [
            Fact(words("person.address"), address(words.language)),
            record.text("Phone") == nil ? nil : Fact(words("person.mobile"), record.text("MobilePhone")),
            Fact(words("person.birthdate"), birthdate.map(dates.long)),
            Fact(words("person.owner"), record.text("Owner.Name")),
            Fact(words("person.created"), record.moment("CreatedDate").map { dates.long(dates.day(of: $0)) }),
            Fact(words("person.changed"), record.moment("LastModifiedDate").map { dates.long(dates.day(of: $0)) }),
            Fact(words("person.ext"), record.text("Ext__c")),
        ].compactMap { $0 }
    }
}
