import Engine
import Hummingbird
import Records
import Reports

/// The list of customers.
enum Contacts {
    static func show(_ visit: Visit) async throws -> Response { try await ListPage.show(try list(visit), visit) }

    static func export(_ visit: Visit) async throws -> Response { try await ListPage.export(try list(visit), visit) }

    private static func list(_ visit: Visit) throws -> ListDefinition {
        guard let object = visit.schema.object("Contact") else { throw NothingHere() }
        let words = visit.words
        return ListDefinition(
            object: "Contact", place: .contacts,
            words: ListDefinition.Wording(
                title: words("contacts.title"), find: words("contacts.find"), findHint: words("contacts.find_hint"),
                empty: words("contacts.empty"), emptyHint: words("contacts.empty_hint")
            ),
            columns: columns(ListColumns(object: object, visit: visit), words),
            shownAtFirst: ["name", "account", "email", "phone", "city", "changed"], sortAtFirst: "name",
            filters: [consent(visit)], edit: { "/people/\($0)/consent" }
        )
    }

    private static func columns(_ columns: ListColumns, _ words: Words) -> [ListColumn] {
        [
            columns.head("name", "Name", words("contacts.name"), none: "") { "/people/\($0)" },
            columns.plain("account", "Account.Name", words("contacts.account")),
            columns.plain("title", "Title"), columns.plain("department", "Department"),
            columns.channel(
                "email", "Email", words("contacts.email"), isClosed: "HasOptedOutOfEmail", words("channel.no_email")),
            columns.channel(
                "phone", "Phone", words("contacts.phone"), isClosed: "DoNotCall", words("channel.no_phone")),
            columns.channel(
                "mobile", "MobilePhone", words("person.mobile"), isClosed: "DoNotCall", words("channel.no_phone")),
            columns.channel("fax", "Fax", words("channel.fax"), isClosed: "HasOptedOutOfFax", words("channel.no_fax")),
            columns.plain("postal", "MailingPostalCode"), columns.plain("state", "MailingState"),
            columns.plain("city", "MailingCity", words("contacts.city")), columns.plain("country", "MailingCountry"),
            columns.plain("born", "Birthdate", words("person.birthdate")),
            columns.plain("owner", "Owner.Name", words("person.owner")),
            columns.plain("created", "CreatedDate", words("person.created")),
            columns.plain("changed", "LastModifiedDate", words("contacts.changed")),
        ].compactMap { $0 } + columns.custom
    }

    /// By channel: those whom we must not reach by it.
    private static func consent(_ visit: Visit) -> ListFilter {
        let words = visit.words
        return ListFilter(
            name: "consent", label: words("contacts.consent"),
            choices: [
                ("email", words("contacts.no_email")), ("phone", words("contacts.no_phone")),
                ("fax", words("contacts.no_fax")),
            ],
            narrow: { value, condition in
                switch value {
                case "email": condition.add("HasOptedOutOfEmail = true")
                case "phone": condition.add("DoNotCall = true")
                case "fax": condition.add("HasOptedOutOfFax = true")
                default: break
                }
            }
        )
    }
}
