import Records
import Store

/// Decides whether somebody may be reached. Asked by every write that sends or dials, in the same transaction.
///
/// The rule: one record that says no is enough. An opt-out flag of the contact or lead, of any other that has the same
/// address, an individual who is to be forgotten or whose processing was opted out of, a consent by contact point type
/// that is an opt-out in force now, or a last recorded consent event that withdraws.
struct ContactGate {
    /// The moment that is decided for.
    let now: Instant
    let connection: any Connection

    /// The decision for a channel, by the address, the person's record, or both.
    func decision(_ channel: ContactChannel, address: String?, person: RecordID?) throws -> ContactDecision {
        var people = try person.map { try concerned($0) } ?? People()
        if let address = address?.trimmed, !address.isEmpty, channel == .email { try add(address, to: &people) }
        var reasons: [ContactDecision.Reason] = []
        for contact in people.contacts { reasons += try flags("Contact", contact, channel) }
        for lead in people.leads { reasons += try flags("Lead", lead, channel) }
        for individual in people.individuals { reasons += try consents(of: individual, channel) }
        reasons += try lastEvents(people, channel)
        return ContactDecision(reasons: reasons)
    }

    private struct People {
        var contacts: Set<RecordID> = []
        var leads: Set<RecordID> = []
        var individuals: Set<RecordID> = []
    }

    private func concerned(_ person: RecordID) throws -> People {
        var people = People()
        switch person.prefix.description {
        case "003":
            people.contacts = [person]
            try addIndividual("SELECT \"IndividualId\" FROM \"Contact\" WHERE \"Id\" = \(.id(person))", to: &people)
        case "00Q":
            people.leads = [person]
            try addIndividual("SELECT \"IndividualId\" FROM \"Lead\" WHERE \"Id\" = \(.id(person))", to: &people)
        case "0PK":
            people.individuals = [person]
            people.contacts = try ids(
                "SELECT \"Id\" FROM \"Contact\" WHERE \"IndividualId\" = \(.id(person)) AND \"IsDeleted\" = 0"
            )
            people.leads = try ids(
                "SELECT \"Id\" FROM \"Lead\" WHERE \"IndividualId\" = \(.id(person)) AND \"IsDeleted\" = 0"
            )
        default: break
        }
        return people
    }

    private func addIndividual(_ query: SQL, to people: inout People) throws {
        people.individuals.formUnion(try ids(query))
    }

    private func add(_ address: String, to people: inout People) throws {
        let contacts = try ids(
            "SELECT \"Id\" FROM \"Contact\" WHERE \(try has(address, "Contact")) AND \"IsDeleted\" = 0")
        let leads = try ids(
            "SELECT \"Id\" FROM \"Lead\" WHERE \(try has(address, "Lead")) AND \"IsDeleted\" = 0")
        for person in contacts.union(leads) {
            let found = try concerned(person)
            people.contacts.formUnion(found.contacts)
            people.leads.formUnion(found.leads)
            people.individuals.formUnion(found.individuals)
        }
    }

    /// A condition that the record's address is the one, however it lies in the database.
    private func has(_ address: String, _ object: String) throws -> SQL {
        var field = Field(name: "Email", type: .email)
        field.encryption = try SealedFields.encryption(of: object, field.name, on: connection)
        return try connection.holds(.text(address), field)
    }

    private func flags(_ object: String, _ id: RecordID, _ channel: ContactChannel) throws -> [ContactDecision.Reason] {
        let field = channel.optOutField
        let isSet = try connection.first(
            """
            SELECT \(identifier: Identifier(field)) FROM \(identifier: Identifier(object)) WHERE "Id" = \(.id(id))
            """
        ) { $0.int64(0) == 1 }
        return isSet == true ? [.init(object, id, field, "true")] : []
    }

    private func consents(of individual: RecordID, _ channel: ContactChannel) throws -> [ContactDecision.Reason] {
        var reasons: [ContactDecision.Reason] = []
        try connection.rows(
            """
            SELECT "ShouldForget", "HasOptedOutProcessing" FROM "Individual" WHERE "Id" = \(.id(individual))
            """
        ) { row in
            for (place, field) in ["ShouldForget", "HasOptedOutProcessing"].enumerated() where row.int64(place) == 1 {
                reasons.append(.init("Individual", individual, field, "true"))
            }
            return false
        }
        try connection.rows(
            """
            SELECT "Id", "PrivacyConsentStatus" FROM "ContactPointTypeConsent"
            WHERE "PartyId" = \(.id(individual)) AND "ContactPointType" = \(.text(channel.rawValue))
            AND "IsDeleted" = 0 AND "PrivacyConsentStatus" IN ('OptOut', 'NotSeen')
            AND ("EffectiveFrom" IS NULL OR "EffectiveFrom" <= \(.datetime(now)))
            AND ("EffectiveTo" IS NULL OR "EffectiveTo" > \(.datetime(now)))
            """
        ) { row in
            let id = RecordID(rawValue: row.int64(0))
            reasons.append(.init("ContactPointTypeConsent", id, "PrivacyConsentStatus", row.string(1)))
            return true
        }
        return reasons
    }

    private func lastEvents(_ people: People, _ channel: ContactChannel) throws -> [ContactDecision.Reason] {
        let owners: [(SQL, Set<RecordID>)] = [
            ("\"ContactId\"", people.contacts), ("\"LeadId\"", people.leads), ("\"IndividualId\"", people.individuals),
        ]
        var reasons: [ContactDecision.Reason] = []
        for (column, ids) in owners {
            for id in ids {
                try connection.rows(
                    """
                    SELECT "Id", "Status" FROM "ConsentEvent" WHERE \(column) = \(.id(id))
                    AND "Channel" = \(.text(channel.rawValue)) AND "IsDeleted" = 0
                    AND ("CaptureDate" IS NULL OR "CaptureDate" <= \(.datetime(now)))
                    ORDER BY "CaptureDate" DESC, "Id" DESC LIMIT 1
                    """
                ) { row in
                    if row.string(1) == "OptOut" {
                        reasons.append(.init("ConsentEvent", RecordID(rawValue: row.int64(0)), "Status", "OptOut"))
                    }
                    return false
                }
            }
        }
        return reasons
    }

    private func ids(_ query: SQL) throws -> Set<RecordID> {
        var found: Set<RecordID> = []
        try connection.rows(query) { row in
            if !row.isNull(0) { found.insert(RecordID(rawValue: row.int64(0))) }
            return true
        }
        return found
    }
}

extension String {
    /// Without blanks at both ends.
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
