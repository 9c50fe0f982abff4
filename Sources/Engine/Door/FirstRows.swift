import Records
import Store

extension Engine {
    /// The tables of the catalogue and the rows that an organisation begins with: itself, two profiles, its own users.
    func makeFirstRows() async throws {
        let rows = FirstRows(organisation: organisation, now: environment.now())
        try await store.write { try rows.make($0) }
    }
}

/// What stands in an organisation before anybody has written to it.
struct FirstRows {
    let organisation: Organisation
    let now: Instant

    static let administrator = RecordID(prefix: FixedPrefix.profile, sequence: 1)
    static let standardUser = RecordID(prefix: FixedPrefix.profile, sequence: 2)
    /// Lower numbers are the product's own rows.
    static let firstFreeSequence: Int64 = 1000

    func make(_ connection: any Connection) throws {
        let objects = try Catalogue.standard()
        for object in objects {
            try SchemaTables.create(object, on: connection)
        }
        try SchemaTables.noteCatalogue(on: connection)
        let schema = Schema(objects: objects, version: 1)
        try insert("Organization", organisation.id, organisationRow, schema, connection)
        let powers = schema.object("Profile")?.fields.filter { $0.name.hasPrefix("Permissions") } ?? []
        var administrator: [(String, Value)] = [("Name", "System Administrator"), ("UserType", "Standard")]
        administrator += powers.map { ($0.name, .boolean(true)) }
        try insert("Profile", Self.administrator, administrator, schema, connection)
        try insert(
            "Profile", Self.standardUser,
            [("Name", "Standard User"), ("UserType", "Standard"), ("PermissionsApiEnabled", true)], schema, connection
        )
        try FirstRights.make(
            administrator: Self.administrator, standardUser: Self.standardUser, at: now, on: connection
        )
        for user in SystemUser.allCases {
            try insert("User", user.id, userRow(user), schema, connection)
        }
        try StatusRows.renew(at: now, on: connection)
        try GroupRows.renew(at: now, on: connection)
    }

    private var organisationRow: [(String, Value)] {
        [
            ("Name", .text(organisation.name)), ("LanguageLocaleKey", .text(organisation.defaultLanguage)),
            ("TimeZoneSidKey", .text(organisation.timeZone)), ("DefaultLocaleSidKey", .text(locale)),
            ("OrganizationType", "Enterprise Edition"),
        ]
    }

    private var locale: String { organisation.defaultLanguage == "ja" ? "ja_JP" : "en_IE" }

    /// They cannot sign in: no credential is ever made for them, and ``Engine/session(for:application:purpose:)``
    /// refuses them.
    private func userRow(_ user: SystemUser) -> [(String, Value)] {
        let name = user.lastName.lowercased()
        return [
            ("LastName", .text(user.lastName)), ("FirstName", "Azukari"), ("Name", .text("Azukari \(user.lastName)")),
            ("Username", .text("\(name)@azukari.invalid")), ("Email", .text("\(name)@azukari.invalid")),
            ("Alias", .text(String(name.prefix(8)))), ("IsActive", true), ("ProfileId", .id(Self.administrator)),
            ("UserType", "AutomatedProcess"), ("LanguageLocaleKey", .text(organisation.defaultLanguage)),
            ("LocaleSidKey", .text(locale)), ("TimeZoneSidKey", .text(organisation.timeZone)),
            ("EmailEncodingKey", "UTF-8"),
        ]
    }

    private func insert(
        _ name: String, _ id: RecordID, _ values: [(String, Value)], _ schema: Schema, _ connection: any Connection
    ) throws {
        guard let object = schema.object(name) else {
            throw PlatformError(.unknownException, "The catalogue lacks \(name). Install the program again.")
        }
        let stamps: [(String, Value)] = [
            ("Id", .id(id)), ("CreatedDate", .datetime(now)), ("CreatedById", .id(SystemUser.install.id)),
            ("LastModifiedDate", .datetime(now)), ("LastModifiedById", .id(SystemUser.install.id)),
            ("SystemModstamp", .datetime(now)),
        ]
        let all = (stamps + values).filter { object.field($0.0) != nil }
        try connection.execute(
            """
            INSERT INTO \(identifier: Identifier(object.name)) \
            (\(.joined(all.map { "\(identifier: Identifier($0.0))" }, separator: ", "))) \
            VALUES (\(.joined(all.map { "\($0.1)" }, separator: ", ")))
            """
        )
    }
}
