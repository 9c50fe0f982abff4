import Records

/// What is there under a purpose: fields and people beyond it are not (GDPR Art. 5(1)(b) and (c), APPI Art. 18).
struct PurposeLimit: Sendable {
    /// The data use purpose; nil for one of the product's own that no record limits.
    let id: RecordID?
    let subjects: SubjectScope
    /// By object the fields that the purpose needs, nil for all of them. Empty: the purpose does not limit fields.
    let fields: [String: Set<String>?]

    /// Whose records are there.
    enum SubjectScope: String, Sendable {
        case everyone = "Everyone"
        /// All but those who have opted out of the purpose.
        case notOptedOut = "NotOptedOut"
        /// Those alone who have opted in to the purpose.
        case optedIn = "OptedIn"
    }

    static let unlimited = PurposeLimit(id: nil, subjects: .everyone, fields: [:])

    var isBinding: Bool { subjects != .everyone || !fields.isEmpty }

    /// Of the rights to an object those that are left. Nobody widens a purpose under it; and what holds nothing of a person may
    /// be read, since names of products and statuses are needed everywhere.
    func limit(_ rights: ObjectRights, on object: ObjectSchema) -> ObjectRights {
        let reading = rights.intersection([.read, .viewAll])
        if fields.isEmpty || has(object.name) { return AccessStep.decides(object.name) ? reading : rights }
        if let shared = object.sharedObject { return has(shared) ? rights : [] }
        return object.isOfPersons ? [] : reading
    }

    /// Whether a field of an object is there that may be read. The parts of an address or name go with it, and it with all
    /// of them.
    func includes(_ field: Field, of object: ObjectSchema) -> Bool {
        guard let listed = fields[object.name], let names = listed else { return true }
        if Self.system.contains(field.name) || names.contains(field.name) { return true }
        if let whole = field.compoundFieldName, whole != field.name { return names.contains(whole) }
        let parts = object.fields.filter { $0.compoundFieldName == field.name && $0.name != field.name }
        return !parts.isEmpty && parts.allSatisfy { names.contains($0.name) }
    }

    private func has(_ object: String) -> Bool { fields.keys.contains(object) }

    private static let system: Set<String> = [
        "Id", "IsDeleted", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp",
    ]
}

extension ObjectSchema {
    /// Whether its records may tell of people.
    fileprivate var isOfPersons: Bool {
        isPerson || !subjectPath.isEmpty || fields.contains { $0.classification != nil }
    }
}
