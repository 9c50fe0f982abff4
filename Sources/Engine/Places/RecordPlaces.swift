import Records

/// The places of one person in one record.
struct RecordPlaces {
    let identifiers: PersonIdentifiers
    let finder: MentionFinder
    private let emails: Set<String>
    private let phones: [PhonePattern]
    private let names: Set<[UInt32]>
    private let nameParts: Set<[UInt32]>
    private let addressParts: Set<[UInt32]>

    init(_ identifiers: PersonIdentifiers) {
        self.identifiers = identifiers
        finder = MentionFinder(identifiers)
        emails = Set(identifiers.emails.map { $0.lowercased() })
        phones = identifiers.phones.compactMap(PhonePattern.init)
        names = Set(identifiers.names.flatMap(Self.spellings))
        nameParts = Set(
            identifiers.names.flatMap { [$0.last, $0.first] }.filter { !$0.isEmpty }.map { FoldedText($0).folded })
        addressParts = Set(
            identifiers.addresses.flatMap { [$0.street, $0.city, $0.postalCode] }.filter { !$0.isEmpty }
                .map { FoldedText($0).folded }
        )
    }

    /// All places in a record of the person's own.
    func inOwn(_ row: StoredRow) -> [Place] {
        row.object.storedFields.flatMap { item -> [Place] in
            let (field, value) = (item.field, row.values[item.place])
            guard !value.isNull, let text = value.shown else { return [] }
            if isOwnData(field, value, of: row.object) {
                let tells = tellsWho(field, value, of: row.object)
                return [structured(row, field, text, .field, isOwn: true, isIdentifying: tells)]
            }
            return mentions(row, field, text, standing: .own, isOwn: true)
        }
    }

    /// What is about the person in a record that is not theirs. A personal field counts where its value is an
    /// identifier that only one person has; the name beside it counts with it.
    /// - Parameter isPersonal: whether the record's personal fields may be the person's: not those of another person's
    ///   own record, which are that person's though the two share a telephone.
    func inForeign(_ row: StoredRow, areFieldsOpen: Bool) -> [Place] {
        var found: [Place] = []
        var namesBeside: [(Field, String)] = []
        for item in row.object.storedFields {
            let (field, value) = (item.field, row.values[item.place])
            guard let text = value.text, !text.isEmpty else { continue }
            if field.isIdentifying {
                guard areFieldsOpen else { continue }
                if isEmail(text) {
                    found.append(structured(row, field, text, .sameEmail, isOwn: false))
                    continue
                }
                if isPhone(text, field) {
                    found.append(structured(row, field, text, .samePhone, isOwn: false))
                    continue
                }
                if names.contains(FoldedText(text).folded) {
                    namesBeside.append((field, text))
                    continue
                }
            }
            found += mentions(row, field, text, standing: .foreign, isOwn: false)
        }
        if found.contains(where: { $0.kind == .structured }) {
            found += namesBeside.map { structured(row, $0.0, $0.1, .sameEmail, isOwn: false) }
        }
        return found
    }

    /// Their family name in the name of the account that they are a contact of.
    func inAccount(_ row: StoredRow) -> [Place] {
        row.object.storedFields.flatMap { item -> [Place] in
            guard let text = row.values[item.place].text, item.field.isSearchedForMentions else { return [] }
            if item.field.name == "Name" {
                return mentions(row, item.field, text, standing: .ownOrganisation, isOwn: false, reason: .ownAccount)
            }
            return mentions(row, item.field, text, standing: .foreign, isOwn: false)
        }
    }

    /// Whether the value of a personal field of an own record is data of the person. In records that stand for the
    /// person all of it is; elsewhere (a case's web e-mail, a message's addressee) the field may hold somebody else's,
    /// so the value decides, but for what only the person can mean: fields that the organisation added and classified.
    private func isOwnData(_ field: Field, _ value: Value, of object: ObjectSchema) -> Bool {
        if object.isPerson && field.isExternalID { return true }
        guard let classification = field.classification, classification != .link, classification != .freeText else {
            return false
        }
        if case .boolean(let truth) = value, !truth { return false }
        if object.isPerson { return true }
        guard field.isIdentifying else { return false }
        if field.isCustom || classification == .financial || classification == .specialCare { return true }
        guard let text = value.text else { return false }
        return isEmail(text) || isPhone(text, field) || names.contains(FoldedText(text).folded)
            || (classification == .contact && addressParts.contains(FoldedText(text).folded))
    }

    /// Whether a value that is data of the person tells them from others. Not the record's own key, by which the place is
    /// named; and not a name that is put together of other fields, which are places themselves.
    private func tellsWho(_ field: Field, _ value: Value, of object: ObjectSchema) -> Bool {
        guard !field.isExternalID, !object.fields.contains(where: { $0.compoundFieldName == field.name }) else {
            return false
        }
        if case .date(let day) = value { return identifiers.birthdates.contains(day) }
        switch field.classification {
        case .financial, .specialCare: return true
        case .identity, .contact, .technical: break
        case .behaviour, .preference, .link, .freeText, nil: return false
        }
        if field.isCustom { return true }
        guard let text = value.text else { return false }
        let folded = FoldedText(text).folded
        return isEmail(text) || isPhone(text, field) || names.contains(folded)
            || (field.classification == .identity ? nameParts : addressParts).contains(folded)
    }

    private func isEmail(_ text: String) -> Bool { text.utf8.contains(64) && emails.contains(text.lowercased()) }

    private func isPhone(_ text: String, _ field: Field) -> Bool {
        field.classification == .contact && phones.contains { $0.equals(text) }
    }

    private func structured(
        _ row: StoredRow, _ field: Field, _ text: String, _ reason: TraceReason, isOwn: Bool, isIdentifying: Bool = true
    ) -> Place {
        Place(
            object: row.object.name, record: row.id, externalID: row.externalID, field: field.name, start: 0,
            end: text.unicodeScalars.count, text: text, kind: .structured, reason: reason, isInOwnRecord: isOwn,
            isIdentifying: isIdentifying
        )
    }

    private func mentions(
        _ row: StoredRow, _ field: Field, _ text: String, standing: TextStanding, isOwn: Bool,
        reason: TraceReason? = nil
    ) -> [Place] {
        guard field.isSearchedForMentions else { return [] }
        let fragments = finder.fragments(in: text, standing: standing)
        if fragments.isEmpty { return [] }
        let scalars = Array(text.unicodeScalars)
        return fragments.map { fragment in
            Place(
                object: row.object.name, record: row.id, externalID: row.externalID, field: field.name,
                start: fragment.start, end: fragment.end,
                text: String(String.UnicodeScalarView(scalars[fragment.start..<fragment.end])), kind: .mention,
                reason: reason ?? .mention(fragment.kind), isInOwnRecord: isOwn, isIdentifying: true
            )
        }
    }

    /// A name written in one field: in both orders, with and without the blank.
    private static func spellings(_ name: PersonName) -> [[UInt32]] {
        guard !name.first.isEmpty else { return [FoldedText(name.last).folded] }
        return [
            "\(name.last) \(name.first)", "\(name.first) \(name.last)", "\(name.last)\(name.first)",
            "\(name.last), \(name.first)",
        ]
        .map { FoldedText($0).folded }
    }
}

extension Field {
    /// Whether it is classified as telling who a person is, or what only they have.
    var isIdentifying: Bool {
        switch classification {
        case .identity, .contact, .technical, .financial, .specialCare: true
        case .behaviour, .preference, .link, .freeText, nil: false
        }
    }

    /// Whether people write in it. Picklists and ids hold none of their words.
    var isSearchedForMentions: Bool {
        guard !isExternalID, !isAutoNumber else { return false }
        switch type {
        case .string, .textarea, .combobox, .email, .phone, .url: return true
        default: return false
        }
    }
}

extension Value {
    /// As a person would read it in a list of their data; nil for null and bytes.
    var shown: String? {
        switch self {
        case .null, .bytes: nil
        case .boolean(let truth): truth ? "true" : "false"
        case .integer(let number): String(number)
        case .double(let number): String(number)
        case .text(let text): text
        case .date(let day): day.description
        case .datetime(let instant): instant.description
        case .time(let time): time.description
        case .id(let id): id.description
        }
    }
}
