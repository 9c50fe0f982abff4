public import Records
import Store

extension ObjectSchema {
    /// The ways in which a field can be encrypted; none where it cannot.
    public func encryptionSchemes(of field: Field) -> [FieldEncryption.Scheme] {
        FieldEncryption.Scheme.allCases.filter { EncryptionRules.refusal(of: $0, for: field, of: self) == nil }
    }
}

/// Which fields can be encrypted, and how.
enum EncryptionRules {
    /// Why a field cannot be encrypted so; nil when it can.
    static func refusal(of scheme: FieldEncryption.Scheme, for field: Field, of object: ObjectSchema) -> PlatformError?
    {
        func refuse(_ reason: String) -> PlatformError {
            PlatformError(
                .invalidField, "\(object.name).\(field.name) cannot be encrypted so: \(reason)", fields: [field.name])
        }
        guard isOfCustomers(object) else { return refuse("\(object.name) holds no data of customers.") }
        guard [.string, .textarea, .email, .phone, .url].contains(field.type), field.picklist.isEmpty else {
            return refuse("only fields of text, e-mail, telephone and URL are.")
        }
        guard !field.isNameField, field.compoundFieldName != "Name" else {
            return refuse("records are sorted and named by it.")
        }
        guard field.isCreateable || field.isUpdateable, !field.isAutoNumber else {
            return refuse("the product itself writes it.")
        }
        let isKey = field.isUnique || field.isExternalID || field.isIDLookup
        if isKey, !scheme.isDeterministic {
            return refuse("records are found by it. Choose deterministic encryption.")
        }
        if field.type == .email || isKey, scheme == .deterministic, !field.isCaseSensitive {
            return refuse(
                "its values are found whatever their case. Choose deterministic encryption without regard to case.")
        }
        if field.type == .email, object.isPerson, scheme != .caseInsensitive {
            return refuse(
                """
                whether a person may be written to is told by the address. Choose deterministic encryption without regard \
                to case.
                """)
        }
        return nil
    }

    /// Objects of people and of what belongs to them, accounts, and the organisation's own.
    private static func isOfCustomers(_ object: ObjectSchema) -> Bool {
        !object.isInternal && object.sharedObject == nil
            && (object.isPerson || !object.subjectPath.isEmpty || object.isCustom || object.name == "Account")
    }

    /// - Throws: `INVALID_OPERATION` when a sharing or restriction rule asks of the field what cannot be asked any more.
    static func checkRules(
        on field: Field, of object: ObjectSchema, _ schema: Schema, _ connection: any Connection
    ) throws {
        let access = Access(full: schema, visible: schema, rights: .system, fieldKeys: connection.fieldKeys)
        for rule in try SharingRule.active(on: connection) where rule.object == object.name {
            guard let criteria = rule.criteria else { continue }
            do {
                _ = try QueryCompiler.condition(criteria, on: object, Identifier("t0"), access, connection.dialect)
            } catch let error as PlatformError where error.code == .invalidField {
                throw PlatformError(
                    .invalidOperation,
                    "The sharing rule \(rule.name) asks for \(field.name): \(error.message). Change the rule first.",
                    fields: [field.name])
            }
        }
    }
}
