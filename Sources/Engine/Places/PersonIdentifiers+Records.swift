import Records

extension PersonIdentifiers {
    /// What the records of a person tell of who it is.
    init(of rows: [StoredRow]) {
        self.init()
        for row in rows {
            if row.object.isPerson {
                add(Self.person(row))
            } else if row.object.name.hasPrefix("ContactPoint") {
                add(Self.contactPoint(row))
            }
        }
    }

    private static func person(_ row: StoredRow) -> PersonIdentifiers {
        var found = PersonIdentifiers()
        let name = PersonName(last: row.text("LastName"), first: row.text("FirstName"))
        if !name.last.isEmpty { found.names.append(name) }
        for (place, field) in row.object.fields.enumerated() {
            switch (field.type, row.values[place]) {
            case (.email, .text(let email)): found.emails.append(email)
            // An assistant's number is the assistant's.
            case (.phone, .text(let phone)) where !field.name.hasPrefix("Assistant"): found.phones.append(phone)
            case (.date, .date(let day)) where field.name.lowercased().hasPrefix("birthdate"):
                found.birthdates.append(day)
            case (.textarea, .text(let text)) where field.classification == .freeText:
                found.readings += KanaReading.find(in: text).map(\.name)
            case (_, .text(let id)) where field.isExternalID: found.externalIDs.append(id)
            default: continue
            }
        }
        for prefix in ["Mailing", "Other", ""] {
            let address = address(row, prefix: prefix)
            if !address.street.isEmpty || !address.postalCode.isEmpty { found.addresses.append(address) }
        }
        return found
    }

    private static func contactPoint(_ row: StoredRow) -> PersonIdentifiers {
        var found = PersonIdentifiers()
        for (place, field) in row.object.fields.enumerated() {
            guard let text = row.values[place].text, !text.isEmpty else { continue }
            if field.type == .email { found.emails.append(text) }
            if field.type == .phone { found.phones.append(text) }
        }
        let address = address(row, prefix: "")
        if !address.street.isEmpty { found.addresses.append(address) }
        return found
    }

    private static func address(_ row: StoredRow, prefix: String) -> PostalAddress {
        PostalAddress(
            street: row.text(prefix + "Street"), city: row.text(prefix + "City"), state: row.text(prefix + "State"),
            postalCode: row.text(prefix + "PostalCode"), country: row.text(prefix + "Country")
        )
    }
}
