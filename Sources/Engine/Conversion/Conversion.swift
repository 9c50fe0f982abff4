import Records
import SOQL
import Store

/// A conversion on the writer's thread.
struct Conversion {
    private let wish: LeadConversion
    /// The ids of what is made, by object.
    private let new: [String: RecordID]
    private let transaction: WriteTransaction
    private let rewrite: Rewrite
    private let lead: StoredRow
    private let owner: RecordID

    init(_ wish: LeadConversion, _ new: [String: RecordID], _ transaction: WriteTransaction) throws {
        self.wish = wish
        self.new = new
        self.transaction = transaction
        rewrite = Rewrite(transaction)
        let object = try Self.object("Lead", transaction)
        try Self.demand(object.isUpdateable, "update", object, transaction)
        lead = try Self.row(wish.lead, of: object, "Lead", transaction)
        try SharingStep.demand(.edit, on: lead.id, of: lead.object, transaction)
        if lead["IsConverted"].boolean == true {
            throw PlatformError(.cannotUpdateConvertedLead, "The lead \(lead.id) is already converted.")
        }
        let statuses = object.field("Status")?.picklist.filter(\.isActive).map(\.value) ?? []
        guard statuses.contains(where: { $0.lowercased() == wish.convertedStatus.lowercased() }) else {
            throw PlatformError(
                .invalidStatus, "invalid convertedStatus: \(wish.convertedStatus.prefix(80))", fields: ["Status"]
            )
        }
        let own = lead["OwnerId"].id.flatMap { $0.prefix == KeyPrefix("005") ? $0 : nil }
        owner = wish.owner ?? own ?? transaction.session.user
    }

    func run() throws -> ConvertedLead {
        let account = try account()
        let contact = try contact(of: account)
        let opportunity = wish.createsOpportunity ? try opportunity(of: account, contact) : nil
        try moveChildren(to: contact)
        var changes: [(field: String, value: Value)] = [
            ("IsConverted", true), ("Status", .text(wish.convertedStatus)), ("ConvertedAccountId", .id(account)),
            ("ConvertedContactId", .id(contact)), ("IsUnreadByOwner", false),
            ("ConvertedDate", .date(localTime.calendar.day(of: transaction.now))),
        ]
        if let opportunity { changes.append(("ConvertedOpportunityId", .id(opportunity))) }
        try rewrite.set(changes, in: [lead.id], of: lead.object)
        try MergedRecords.note(lead.id, in: contact, transaction.connection)
        transaction.subjects.forget()
        return ConvertedLead(lead: lead.id, account: account, contact: contact, opportunity: opportunity)
    }

    private func account() throws -> RecordID {
        let object = try Self.object("Account", transaction)
        if let id = wish.account { return try fill(id, of: object, "Account", LeadMapping.account, []) }
        try Self.demand(object.isCreateable, "create", object, transaction)
        return try create(object, mapped(LeadMapping.account, to: object) + [("OwnerId", .id(owner))])
    }

    private func contact(of account: RecordID) throws -> RecordID {
        let object = try Self.object("Contact", transaction)
        let refusals = ["HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall"].filter { lead[$0].boolean == true }
            .map { (field: $0, value: Value.boolean(true)) }
        guard let id = wish.contact else {
            try Self.demand(object.isCreateable, "create", object, transaction)
            let values = mapped(LeadMapping.contact, to: object) + refusals
            return try create(object, values + [("AccountId", .id(account)), ("OwnerId", .id(owner))])
        }
        let stored = try Self.row(id, of: object, "Contact", transaction)
        if let other = stored["AccountId"].id, other != account {
            throw PlatformError(
                .invalidCrossReferenceKey, "The contact \(id) is of the account \(other), not of \(account).",
                fields: ["ContactId"]
            )
        }
        var forced = refusals + [(field: "AccountId", value: Value.id(account))]
        if wish.overwritesLeadSource { forced.append(("LeadSource", lead["LeadSource"])) }
        if let mine = stored["IndividualId"].id, let theirs = lead["IndividualId"].id, mine != theirs {
            var merge = Merge(transaction)
            try merge.merge([theirs], into: mine)
        }
        return try fill(id, of: object, "Contact", LeadMapping.contact, forced)
    }

    private func opportunity(of account: RecordID, _ contact: RecordID) throws -> RecordID {
        let object = try Self.object("Opportunity", transaction)
        try Self.demand(object.isCreateable, "create", object, transaction)
        let stage = object.field("StageName")?.picklist.first(where: \.isActive)?.value ?? ""
        let name = wish.opportunityName ?? lead.text("Company")
        return try create(
            object,
            mapped(LeadMapping.opportunity, to: object) + [
                ("Name", .text(String(name.prefix(120)))), ("StageName", .text(stage)),
                ("CloseDate", .date(quarterEnd)), ("AccountId", .id(account)), ("ContactId", .id(contact)),
                ("OwnerId", .id(owner)),
            ]
        )
    }

    private func create(_ object: ObjectSchema, _ values: [(field: String, value: Value)]) throws -> RecordID {
        guard let id = new[object.name] else {
            throw PlatformError(.invalidType, "sObject type '\(object.name)' is not supported.")
        }
        return try rewrite.create(object, id: id, values)
    }

    /// What is there keeps what it has, and gets what it lacks.
    private func fill(
        _ id: RecordID, of object: ObjectSchema, _ name: String, _ mapping: [(from: String, to: String)],
        _ forced: [(field: String, value: Value)]
    ) throws -> RecordID {
        let stored = try Self.row(id, of: object, name, transaction)
        let named = Set(forced.map(\.field))
        let lacking = mapped(mapping, to: object).filter { stored[$0.field].isNull && !named.contains($0.field) }
        let changes = (lacking + forced).filter { stored[$0.field] != $0.value }
        guard !changes.isEmpty else { return id }
        try SharingStep.demand(.edit, on: id, of: stored.object, transaction)
        try Self.demand(object.isUpdateable, "update", object, transaction)
        try rewrite.set(changes, in: [id], of: object)
        return id
    }

    private func mapped(
        _ mapping: [(from: String, to: String)], to object: ObjectSchema
    ) -> [(field: String, value: Value)] {
        // Whatever the session may see: a field that is closed to it is not lost.
        let whole = transaction.schema.object(object.name) ?? object
        return LeadMapping.all(mapping, from: lead.object, to: whole).compactMap { from, to in
            lead[from].isNull ? nil : (to, lead[from])
        }
    }

    /// What may refer to a contact instead does so; what has a lookup of its own for the contact gets it filled as well.
    private func moveChildren(to contact: RecordID) throws {
        for child in transaction.schema.children(of: lead.object) {
            let isShared = child.field.referenceTo.contains("Contact")
            let beside = child.child.field("ContactId").flatMap { $0.referenceTo == ["Contact"] ? $0 : nil }
            guard isShared || beside != nil else { continue }
            let field = isShared ? child.field : beside ?? child.field
            let free: SQL = isShared ? "" : " AND \(identifier: Identifier(field.name)) IS NULL"
            let ids = try transaction.connection.all(
                """
                SELECT "Id" FROM \(identifier: Identifier(child.child.name)) \
                WHERE \(identifier: Identifier(child.field.name)) = \(.id(lead.id)) AND "IsDeleted" = 0\(free) \
                ORDER BY "Id"
                """
            ) { RecordID(rawValue: $0.int64(0)) }
            try rewrite.set([(field.name, .id(contact))], in: ids, of: child.child)
        }
    }

    private var localTime: LocalTime { LocalTime(transaction.engine.organisation.timeZone) }

    /// The last day of the quarter, as the platform proposes.
    private var quarterEnd: Day {
        let today = localTime.calendar.day(of: transaction.now).civil
        let month = (today.month - 1) / 3 * 3 + 3
        return Day(year: today.year, month: month, day: Day.daysIn(month: month, year: today.year))
    }

    /// An object as the session may see it; what it may not see is not there.
    private static func object(_ name: String, _ transaction: WriteTransaction) throws -> ObjectSchema {
        guard let object = transaction.access.visible.object(name) else {
            throw PlatformError(.invalidType, "sObject type '\(name)' is not supported.")
        }
        return object
    }

    private static func demand(
        _ may: Bool, _ what: String, _ object: ObjectSchema, _ transaction: WriteTransaction
    ) throws {
        guard may || transaction.isSystem else {
            throw PlatformError(
                .insufficientAccessOrReadonly,
                "insufficient access rights on object \(object.name): the user may not \(what) its records"
            )
        }
    }

    /// A record that is there, with all its fields.
    private static func row(
        _ id: RecordID, of object: ObjectSchema, _ name: String, _ transaction: WriteTransaction
    ) throws -> StoredRow {
        guard id.prefix == object.keyPrefix, let full = transaction.schema.object(name) else {
            throw PlatformError(.malformedID, "\(object.label) ID: id value of incorrect type: \(id)", fields: ["Id"])
        }
        guard let row = try transaction.connection.storedRows([id], of: full).first else {
            throw PlatformError(.notFound, "The requested resource does not exist", fields: ["Id"])
        }
        try SharingStep.demand(.read, on: id, of: full, transaction)
        if row["IsDeleted"].boolean == true { throw PlatformError(.entityIsDeleted, "entity is deleted") }
        return row
    }
}
