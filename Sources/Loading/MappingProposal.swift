import Foundation
public import Records

/// Which fields the columns of somebody's file look like.
public struct MappingProposal: Sendable {
    /// One for each column, in their order.
    public let targets: [ColumnTarget]

    /// - Parameters:
    ///   - header: The names of the columns.
    ///   - samples: Some rows of the file.
    ///   - object: What this session may see of the object.
    public init(header: [String], samples: [[String]], object: ObjectSchema, schema: Schema) {
        let names = Self.names(of: object)
        var taken: Set<String> = []
        targets = header.enumerated().map { place, column in
            // What the file of refused rows has put before its columns.
            if column.hasPrefix("sf__") { return .leftOut }
            let called = Self.folded(column)
            guard let field = Self.path(column, object, schema) ?? names[called] ?? Self.usual(called, object),
                taken.insert(field.lowercased()).inserted
            else { return .leftOut }
            let type = object.field(field)?.type
            guard type == .date || type == .datetime else { return ColumnTarget(field: field) }
            let texts = samples.compactMap { place < $0.count && !$0[place].isEmpty ? $0[place] : nil }
            return ColumnTarget(field: field, dateOrder: Self.dateOrder(of: texts))
        }
    }

    /// The order in which most of these are dates; nil when they are ISO's already, or no order fits half of them.
    static func dateOrder(of texts: [String]) -> DateOrder? {
        let texts = texts.filter { Day($0) == nil && Instant($0) == nil }
        // The year in front leaves no doubt; of the others the day first, as most of the world writes.
        let fits = [DateOrder.yearMonthDay, .dayMonthYear, .monthDayYear, .germanDayMonthYear].map { order in
            (order: order, count: texts.count { order.moment($0, in: .gmt) != nil })
        }
        guard let most = fits.map(\.count).max(), most > 0, most * 2 >= texts.count else { return nil }
        return fits.first { $0.count == most }?.order
    }

    /// `Account.Ext__c` is the account with that external id.
    private static func path(_ column: String, _ object: ObjectSchema, _ schema: Schema) -> String? {
        let parts = column.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, let lookup = object.relationship(parts[0]), let relation = lookup.relationshipName
        else { return nil }
        for parent in lookup.referenceTo.compactMap({ schema.object($0) }) {
            if let key = parent.field(parts[1]), key.isExternalID || key.isIDLookup, !key.isNameField {
                return "\(relation).\(key.name)"
            }
        }
        return nil
    }

    /// Fields that can be written, by what people call them. Where two are called the same, the earlier has it.
    private static func names(of object: ObjectSchema) -> [String: String] {
        var names: [String: String] = [:]
        let fields = object.fields.filter { $0.isCreateable || $0.isUpdateable || $0.type == .id }
        for name in [\Field.name, \Field.label, \Field.labelJa] {
            for field in fields where names[folded(field[keyPath: name])] == nil {
                names[folded(field[keyPath: name])] = field.name
            }
        }
        return names
    }

    /// The field that a usual heading means, where the object has it.
    private static func usual(_ folded: String, _ object: ObjectSchema) -> String? {
        usualHeadings.first { $0.headings.contains(folded) }?.fields.lazy.compactMap { object.field($0)?.name }.first
    }

    /// Headings that address books and shops' exports use, and the fields that they mean; the first that there is.
    private static let usualHeadings: [(headings: Set<String>, fields: [String])] = [
        (["名字", "苗字", "氏", "surname", "familyname"], ["LastName"]),
        (["名前", "givenname", "forename"], ["FirstName"]),
        (["メールアドレス", "eメール", "email", "emailaddress", "mail"], ["Email", "PersonEmail"]),
        (["電話番号", "tel", "telephone", "phonenumber"], ["Phone"]),
        (["携帯", "携帯電話", "携帯番号", "携帯電話番号", "mobile", "cellphone", "cell"], ["MobilePhone"]),
        (["生年月日", "dateofbirth", "birthday", "dob"], ["Birthdate", "PersonBirthdate"]),
        (
            ["郵便番号", "zip", "zipcode", "postcode", "postalcode"],
            ["MailingPostalCode", "PostalCode", "BillingPostalCode"]
        ),
        (["都道府県", "state", "province", "prefecture"], ["MailingState", "State", "BillingState"]),
        (["市区町村", "city", "town"], ["MailingCity", "City", "BillingCity"]),
        (["住所", "番地", "町名番地", "street", "address"], ["MailingStreet", "Street", "BillingStreet"]),
        (["国", "country"], ["MailingCountry", "Country", "BillingCountry"]),
        (["会社", "会社名", "勤務先", "companyname", "organization"], ["Company", "Name"]),
        (["部署", "部署名"], ["Department"]),
        (["役職", "肩書", "jobtitle"], ["Title"]),
        (["件名"], ["Subject"]), (["内容", "備考", "メモ", "notes", "memo"], ["Description"]),
    ]

    /// Without what people write in different ways: width and case of letters, spaces, signs, the mark of custom fields.
    private static func folded(_ name: String) -> String {
        var name = name.precomposedStringWithCompatibilityMapping.lowercased()
        if name.hasSuffix("__c") { name.removeLast(3) }
        return name.filter { $0.isLetter || $0.isNumber }
    }
}
