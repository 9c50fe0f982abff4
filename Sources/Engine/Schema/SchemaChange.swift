import Records
import Store

/// Adds objects and fields to a running organisation: definition and table change in one transaction.
enum SchemaChange {
    static let customFieldsMax = 500

    static func add(_ new: NewObject, to schema: Schema, on connection: any Connection) throws {
        try check(customName: new.name, kind: "object")
        if let taken = schema.object(new.name) {
            throw PlatformError(.duplicateValue, "There is already an object named \(taken.name). Choose another name.")
        }
        var name = NewField(name: "Name", type: .string, label: "\(new.label) Name", labelJa: "\(new.labelJa)名").field
        name.length = 80
        name.isNillable = false
        name.isNameField = true
        if case .autoNumber(let format) = new.naming {
            try check(autoNumber: format)
            (name.isAutoNumber, name.autoNumberFormat) = (true, format)
            (name.isCreateable, name.isUpdateable) = (false, false)
        }
        var owner = NewField(name: "OwnerId", type: .reference, label: "Owner ID", labelJa: "所有者").field
        owner.isNillable = false
        (owner.referenceTo, owner.relationshipName) = (["Group", "User"], "Owner")
        let header = ObjectText.header(
            label: oneLine(new.label), plural: oneLine(new.labelPlural), labelJa: oneLine(new.labelJa),
            prefix: try freePrefix(in: schema), isSearchable: new.isSearchable
        )
        let text = ([header, ""] + [name, owner].map(FieldText.write)).joined(separator: "\n")
        let object = try ObjectText.parse(
            text, name: new.name, file: new.name, system: try Catalogue.systemFields()
        )
        try SchemaTables.create(object, on: connection)
        try connection.execute("INSERT INTO az_sequence (name, next) VALUES (\(.text(new.name)), 1)")
        try connection.execute("INSERT INTO az_object (name, text) VALUES (\(.text(new.name)), \(.text(text)))")
        try LiveSchema.advance(on: connection)
    }

    static func add(_ new: NewField, to objectName: String, in schema: Schema, on connection: any Connection) throws {
        guard let object = schema.object(objectName), !object.isInternal else {
            throw PlatformError(.invalidType, "sObject type '\(objectName)' is not supported.")
        }
        var field = new.field
        try check(customName: field.name, kind: "field")
        if let taken = object.field(field.name) {
            guard !taken.isDeleted else {
                throw PlatformError(
                    .duplicateValue,
                    "\(object.name) has a deleted field named \(taken.name). Restore it, or destroy it for good.",
                    fields: [taken.name])
            }
            throw PlatformError(
                .duplicateValue, "\(object.name) has a field named \(taken.name) already. Choose another name.",
                fields: [taken.name]
            )
        }
        let custom = object.fields.filter(\.isCustom).count
        guard custom < customFieldsMax else {
            throw PlatformError(
                .limitExceeded, "\(object.name) has \(custom) custom fields, which is as many as it may.")
        }
        try check(&field, of: object, in: schema)
        try SchemaTables.add(field, to: object, on: connection)
        try connection.execute(
            """
            INSERT INTO az_field (object, name, position, text) VALUES (\(.text(object.name)), \(.text(field.name)), \
            \(.integer(Int64(custom))), \(.text(FieldText.write(field))))
            """
        )
        try LiveSchema.advance(on: connection)
    }

    /// Changes what no stored value depends on: labels, picklist values, limits that grow, history, classification.
    ///
    /// - Throws: `INVALID_FIELD` for any other change.
    static func change(_ new: Field, of objectName: String, in schema: Schema, on connection: any Connection) throws {
        guard let object = schema.object(objectName), !object.isInternal, let old = object.field(new.name),
            !old.isDeleted
        else {
            throw PlatformError(.invalidField, "\(objectName) has no field \(new.name).", fields: [new.name])
        }
        func refuse(_ reason: String) -> PlatformError {
            PlatformError(.invalidField, "\(object.name).\(old.name): \(reason)", fields: [old.name])
        }
        var field = new
        field.name = old.name
        (field.label, field.labelJa) = (oneLine(field.label), oneLine(field.labelJa))
        guard field.type == old.type else {
            throw refuse("its type is \(old.type.rawValue), and is not changed. Add another field.")
        }
        guard field.isUnique == old.isUnique, field.isExternalID == old.isExternalID,
            field.isIDLookup == old.isIDLookup, field.isCaseSensitive == old.isCaseSensitive,
            field.autoNumberFormat == old.autoNumberFormat
        else { throw refuse("its uniqueness, key, case and numbering are not changed. Add another field.") }
        guard field.referenceTo == old.referenceTo, field.relationshipName == old.relationshipName,
            field.childRelationships == old.childRelationships, field.onParentDelete == old.onParentDelete
        else { throw refuse("what it refers to, and by which names, is not changed. Add another field.") }
        guard field.length >= old.length, field.scale >= old.scale,
            field.precision - field.scale >= old.precision - old.scale
        else { throw refuse("it has longer values already: it may grow, not shrink.") }
        guard old.isCustom || FieldText.write(old.customised(by: field)) == FieldText.write(field) else {
            throw refuse(
                "of a standard field, labels, values of a picklist, history and class are changed, and nothing else.")
        }
        try checkForm(field, of: object, refuse)
        try connection.execute(
            """
            INSERT INTO az_field (object, name, position, text) VALUES (\(.text(object.name)), \(.text(old.name)), -1, \
            \(.text(FieldText.write(field)))) ON CONFLICT (object, name) DO UPDATE SET text = excluded.text
            """
        )
        try LiveSchema.advance(on: connection)
    }

    /// A letter, then letters, digits and single underscores, then `__c`; 40 characters before the ending.
    private static func check(customName name: String, kind: String) throws {
        let stem = name.hasSuffix("__c") ? name.dropLast(3) : ""
        let isPlain = stem.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (48...57).contains(byte) || (65...90).contains(byte)
                || (97...122).contains(byte)
        }
        guard isPlain, let first = stem.first, first.isLetter, stem.utf8.count <= 40, !stem.hasSuffix("_"),
            !stem.contains("__")
        else {
            throw PlatformError(
                .invalidField,
                """
                '\(name)' cannot name a custom \(kind): it begins with a letter, has letters, digits and single \
                underscores (40 at most), and ends in __c.
                """
            )
        }
    }

    private static func check(_ field: inout Field, of object: ObjectSchema, in schema: Schema) throws {
        let name = field.name
        func refuse(_ reason: String) -> PlatformError {
            PlatformError(.invalidField, "\(object.name).\(name): \(reason)", fields: [name])
        }
        field.isCustom = true
        (field.label, field.labelJa) = (oneLine(field.label), oneLine(field.labelJa))
        guard field.type.storage != nil, field.type != .id, field.type != .anyType else {
            throw refuse("a field of type \(field.type.rawValue) cannot be added.")
        }
        if field.type == .reference {
            field.referenceTo = try field.referenceTo.map { target in
                guard let parent = schema.object(target) else {
                    throw refuse("there is no object \(target) to refer to.")
                }
                return parent.name
            }
            guard !field.referenceTo.isEmpty else { throw refuse("a lookup names the object that it refers to.") }
            field.relationshipName = field.relationshipName ?? field.name.dropLast(3) + "__r"
            try checkChildNames(field, in: schema, refuse)
        }
        if field.isExternalID { field.isIDLookup = true }
        if field.isUnique || field.isExternalID {
            guard [.string, .email, .double, .int, .phone].contains(field.type) else {
                throw refuse("a field of type \(field.type.rawValue) cannot be unique or an external id.")
            }
        }
        if let format = field.autoNumberFormat { try check(autoNumber: format) }
        try checkForm(field, of: object, refuse)
    }

    private static func checkForm(_ field: Field, of object: ObjectSchema, _ refuse: (String) -> PlatformError) throws {
        try PicklistForm.check(field, of: object, refuse)
        if field.type.storage == .text, field.length == 0 { throw refuse("a text field has a length.") }
        if field.length > 131_072 { throw refuse("a text field has at most 131,072 characters.") }
    }

    /// The name of the children's list must be free in every parent.
    private static func checkChildNames(
        _ field: Field, in schema: Schema, _ refuse: (String) -> PlatformError
    ) throws {
        for target in field.referenceTo {
            guard let name = field.childRelationships[target] ?? nil, let parent = schema.object(target) else {
                continue
            }
            if schema.children(of: parent).contains(where: { $0.name?.lowercased() == name.lowercased() }) {
                throw refuse("\(target) has a child relationship named \(name) already.")
            }
        }
    }

    private static func check(autoNumber format: String) throws {
        guard let open = format.firstIndex(of: "{"), format.hasSuffix("}") || format.contains("}"),
            format[format.index(after: open)...].prefix(while: { $0 == "0" }).count > 0,
            !format.contains(where: { " |\n=".contains($0) })
        else {
            throw PlatformError(
                .invalidField, "'\(format)' is no format of an auto number: write zeros in braces, like INV-{0000}."
            )
        }
    }

    /// `a00`, `a01` … in base 62, after the last one given.
    static func freePrefix(in schema: Schema) throws -> KeyPrefix {
        let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        let taken = Set(schema.objects.map(\.keyPrefix))
        for number in 0..<(62 * 62) {
            let text = "a\(digits[number / 62])\(digits[number % 62])"
            if let prefix = KeyPrefix(text), !taken.contains(prefix) { return prefix }
        }
        throw PlatformError(.limitExceeded, "The organisation has as many custom objects as it may.")
    }

    static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline || $0 == "|" ? " " : $0 })
    }
}
