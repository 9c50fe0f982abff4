import Records
import Store

/// Finds everywhere a person's data lies: their own records by the schema, records by the same identifiers, and
/// mentions in everybody else's texts.
struct Tracer {
    let schema: Schema
    let connection: any Connection
    /// Records in which a text may stand, from the search postings: more than those that have it, never fewer.
    private let candidates: (_ text: String, _ only: KeyPrefix?) throws -> [RecordID]

    init(
        schema: Schema, connection: any Connection,
        candidates: @escaping (_ text: String, _ only: KeyPrefix?) throws -> [RecordID]
    ) {
        self.schema = schema
        self.connection = connection
        self.candidates = candidates
    }

    /// - Parameter person: A person's record, or any record of theirs.
    /// - Returns: Nil when the record is nobody's or absent.
    func trace(_ person: RecordID) throws -> Trace? {
        let subjects = Subjects(schema: schema, connection: connection)
        guard let root = try subjects.root(of: person) else { return nil }
        let gatherer = OwnRecords(schema: schema, connection: connection)
        var own = try gatherer.gather(root)
        var reasons: [RecordID: TraceReason] = [:]
        var identifiers = PersonIdentifiers(of: own.map(\.row))

        let twins = try samePeople(as: identifiers, besides: Set(own.map(\.row.id)))
        for twin in twins.certain {
            let records = try gatherer.gather(twin.row.id)
            reasons[twin.row.id] = twin.reason
            own += records
            identifiers.add(PersonIdentifiers(of: records.map(\.row)))
        }
        for row in try ownerless(identifiers, besides: Set(own.map(\.row.id)), subjects) {
            reasons[row.id] = .sameEmail
            own.append(OwnRecords.Found(row: row, field: "", parent: nil))
            own += try dependents(of: row.id, besides: Set(own.map(\.row.id)))
        }

        let finder = RecordPlaces(identifiers)
        var places = own.flatMap { finder.inOwn($0.row) }
        places += try accounts(of: own).flatMap { finder.inAccount($0) }
        places += try foreignPlaces(finder, besides: Set(own.map(\.row.id)), subjects)
        return Trace(
            subject: root, otherSubjects: twins.certain.map(\.row.id), identifiers: identifiers,
            records: own.map { record($0.row, reasons[$0.row.id] ?? reason($0)) }, places: unique(places),
            doubtful: twins.doubtful.map { record($0.row, $0.reason) }
        )
    }

    private struct Twin {
        var row: StoredRow
        var reason: TraceReason
    }

    /// Leads and contacts that stand for themselves and are the same person. The same e-mail address or telephone is
    /// not enough, since families share them: a part of the name must agree.
    private func samePeople(
        as identifiers: PersonIdentifiers, besides own: Set<RecordID>
    ) throws -> (certain: [Twin], doubtful: [Twin]) {
        var certain: [Twin] = []
        var doubtful: [Twin] = []
        var seen = own
        let people = schema.objects.filter(\.isPerson)
        for (texts, reason) in [(identifiers.emails, TraceReason.sameEmail), (identifiers.phones, .samePhone)] {
            for text in texts {
                for row in try rows(candidates(text, nil), of: people) where seen.insert(row.id).inserted {
                    guard row["IndividualId"].isNull, carries(row, text, reason) else { continue }
                    let twin = Twin(row: row, reason: reason)
                    if isSameName(row, identifiers, whole: reason == .samePhone) {
                        certain.append(twin)
                    } else {
                        doubtful.append(twin)
                    }
                }
            }
        }
        for row in try samePostalCode(identifiers) where seen.insert(row.id).inserted {
            certain.append(Twin(row: row, reason: .sameNameAndPostalCode))
        }
        return (certain, doubtful)
    }

    private func carries(_ row: StoredRow, _ text: String, _ reason: TraceReason) -> Bool {
        let pattern = PhonePattern(text)
        return row.object.storedFields.contains { item in
            guard let value = row.values[item.place].text else { return false }
            if reason == .sameEmail { return item.field.type == .email && value.lowercased() == text.lowercased() }
            return item.field.type == .phone && pattern?.equals(value) == true
        }
    }

    private func isSameName(_ row: StoredRow, _ identifiers: PersonIdentifiers, whole: Bool) -> Bool {
        let last = FoldedText(row.text("LastName")).folded
        let first = FoldedText(row.text("FirstName")).folded
        return identifiers.names.contains { name in
            let sameLast = FoldedText(name.last).folded == last
            let sameFirst = FoldedText(name.first).folded == first
            return whole ? sameLast && (sameFirst || first.isEmpty) : sameLast || (sameFirst && !first.isEmpty)
        }
    }

    /// Leads by the same whole name and postal code, who have no e-mail address that says otherwise. Leads alone: among
    /// a million contacts a name and a postal code are shared by hundreds, and the search for them costs as much.
    private func samePostalCode(_ identifiers: PersonIdentifiers) throws -> [StoredRow] {
        guard let lead = schema.object("Lead") else { return [] }
        var found: [StoredRow] = []
        for name in identifiers.names where !name.first.isEmpty {
            for postalCode in Set(identifiers.addresses.map(\.postalCode)) where !postalCode.isEmpty {
                let ids = try candidates("\(name.last) \(name.first) \(postalCode)", lead.keyPrefix)
                for row in try rows(ids, of: [lead]) where row["IndividualId"].isNull {
                    let emails = row.text("Email").lowercased()
                    let known = identifiers.emails.map { $0.lowercased() }
                    guard row.text("PostalCode") == postalCode, isSameName(row, identifiers, whole: true),
                        !row.text("FirstName").isEmpty, emails.isEmpty || known.isEmpty || known.contains(emails)
                    else { continue }
                    found.append(row)
                }
            }
        }
        return found
    }

    /// Cases and messages of nobody that came from the person's address.
    private func ownerless(
        _ identifiers: PersonIdentifiers, besides own: Set<RecordID>, _ subjects: Subjects
    ) throws -> [StoredRow] {
        let objects = schema.objects.filter { !$0.subjectPath.isEmpty && !$0.isPerson && !$0.isInternal }
        var found: [StoredRow] = []
        var seen = own
        for email in identifiers.emails {
            for row in try rows(candidates(email, nil), of: objects) where seen.insert(row.id).inserted {
                let sender = row.object.storedFields.first { item in
                    ["SuppliedEmail", "FromAddress", "ToAddress"].contains(item.field.name)
                        && row.values[item.place].text?.lowercased() == email.lowercased()
                }
                if sender != nil, try subjects.root(of: row) == nil { found.append(row) }
            }
        }
        return found
    }

    /// What hangs on an ownerless case: its comments and messages.
    private func dependents(of id: RecordID, besides own: Set<RecordID>) throws -> [OwnRecords.Found] {
        try OwnRecords(schema: schema, connection: connection).gather(id).dropFirst().filter {
            !own.contains($0.row.id)
        }
    }

    private func accounts(of own: [OwnRecords.Found]) throws -> [StoredRow] {
        guard let account = schema.object("Account") else { return [] }
        let ids = Set(own.filter { $0.row.object.name == "Contact" }.compactMap { $0.row["AccountId"].id })
        return try connection.storedRows(ids.sorted(), of: account)
    }

    private func foreignPlaces(
        _ finder: RecordPlaces, besides own: Set<RecordID>, _ subjects: Subjects
    ) throws -> [Place] {
        var ids: Set<RecordID> = []
        for text in finder.identifiers.emails + finder.identifiers.phones { ids.formUnion(try candidates(text, nil)) }
        // The bin is in no index, and its texts can be brought back.
        ids.formUnion(try connection.all("SELECT record FROM az_bin") { RecordID(rawValue: $0.int64(0)) })
        ids.subtract(own)
        let objects = schema.objects.filter { !$0.isInternal && $0.name != "User" }
        return try rows(ids.sorted(), of: objects).flatMap { row in
            finder.inForeign(row, areFieldsOpen: try !row.object.isPerson && !isOthers(row, finder, subjects))
        }
    }

    /// Whether the record is of somebody else who has the same address: then its fields are theirs.
    private func isOthers(_ row: StoredRow, _ finder: RecordPlaces, _ subjects: Subjects) throws -> Bool {
        guard let other = try subjects.root(of: row), let object = schema.object(of: other) else { return false }
        var rows = try connection.storedRows([other], of: object)
        if object.name == "Individual", let contact = schema.object("Contact") {
            let ids = try connection.all("SELECT \"Id\" FROM \"Contact\" WHERE \"IndividualId\" = \(.id(other))") {
                RecordID(rawValue: $0.int64(0))
            }
            rows += try connection.storedRows(ids, of: contact)
        }
        let theirs = PersonIdentifiers(of: rows)
        let mine = Set(finder.identifiers.emails.map { $0.lowercased() })
        return theirs.emails.contains { mine.contains($0.lowercased()) }
    }

    private func rows(_ ids: [RecordID], of objects: [ObjectSchema]) throws -> [StoredRow] {
        let byPrefix = Dictionary(grouping: ids, by: \.prefix)
        return try objects.flatMap { object in
            try byPrefix[object.keyPrefix].map { try connection.storedRows($0.sorted(), of: object) } ?? []
        }
    }

    private func record(_ row: StoredRow, _ reason: TraceReason) -> TracedRecord {
        TracedRecord(
            object: row.object.name, id: row.id, externalID: row.externalID,
            isDeleted: row["IsDeleted"].boolean ?? false, reason: reason
        )
    }

    private func reason(_ found: OwnRecords.Found) -> TraceReason {
        found.parent.map { .lookup(field: found.field, parent: $0) } ?? .root
    }

    private func unique(_ places: [Place]) -> [Place] {
        var seen: Set<Place> = []
        return places.filter { seen.insert($0).inserted }
    }
}
