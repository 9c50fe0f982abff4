import Engine
import Records

/// Objects, fields and lookups of a model: some of the standard ones, and others made up by chance, also on standard objects.
struct ModelSchema {
    enum Kind { case text, number, whole, flag, day, moment, choices }

    struct Field {
        let name: String
        let kind: Kind
        /// Of which values come; null besides where the field may be empty.
        let values: [Value]
        var isRequired = false
        /// Whether equal values are written alike, so that it is not chance which one stands for a group.
        var isGroupable = false
    }

    struct Lookup {
        let relation: String
        let field: String
        let parent: String
        /// The name of the list of children.
        let children: String
    }

    private(set) var fields: [String: [Field]] = [
        "Account": [
            Field(name: "Name", kind: .text, values: names, isRequired: true),
            Field(name: "Industry", kind: .text, values: ["Banking", "Retail", "Energy"], isGroupable: true),
            Field(name: "AnnualRevenue", kind: .number, values: sums),
            Field(name: "NumberOfEmployees", kind: .whole, values: wholes, isGroupable: true),
        ],
        "Contact": [
            Field(name: "LastName", kind: .text, values: names, isRequired: true),
            Field(name: "Title", kind: .text, values: ["Owner", "owner", "Chef", "部長", "50%", "a_b"]),
            Field(name: "Birthdate", kind: .day, values: days, isGroupable: true),
            Field(
                name: "HasOptedOutOfEmail", kind: .flag, values: [true, false], isRequired: true, isGroupable: true),
        ],
        "Case": [
            Field(name: "Subject", kind: .text, values: names),
            Field(
                name: "Status", kind: .text, values: ["New", "Working", "Closed"], isRequired: true, isGroupable: true),
            Field(name: "Origin", kind: .text, values: ["Web", "Phone"], isGroupable: true),
        ],
    ]
    private(set) var lookups: [String: [Lookup]] = [
        "Account": [Lookup(relation: "Parent", field: "ParentId", parent: "Account", children: "ChildAccounts")],
        "Contact": [Lookup(relation: "Account", field: "AccountId", parent: "Account", children: "Contacts")],
        "Case": [
            Lookup(relation: "Contact", field: "ContactId", parent: "Contact", children: "Cases"),
            Lookup(relation: "Account", field: "AccountId", parent: "Account", children: "Cases"),
        ],
    ]
    /// In an order in which parents are made before their children, but for those that refer to their own kind.
    private(set) var objects = ["Account", "Contact", "Case"]

    /// The lists of children of an object: name, the child's lookup and object.
    func children(of object: String) -> [(relation: String, field: String, object: String)] {
        objects.flatMap { child in
            (lookups[child] ?? []).filter { $0.parent == object }.map { ($0.children, $0.field, child) }
        }
    }

    /// Makes a schema up and adds to the organisation what it has not.
    init(_ session: Session, _ random: inout ModelRandom) async throws {
        for number in 0..<random.number(1...4) {
            let name = "Thing\(number)__c"
            try await session.addObject(
                NewObject(
                    name: name, label: name, labelPlural: name, labelJa: name, naming: .text,
                    isSearchable: random.chance(50)))
            fields[name] = [Field(name: "Name", kind: .text, values: Self.names, isRequired: true)]
            objects.append(name)
        }
        for (place, object) in objects.enumerated() {
            for number in 0..<random.number(1...6) { try await addField(number, to: object, session, &random) }
            guard object.hasSuffix("__c") else { continue }
            for number in 0..<random.number(0...3) {
                let parent = random.one(of: Array(objects[...place]))
                try await addLookup(number, from: object, to: parent, session, &random)
            }
        }
    }

    private mutating func addField(
        _ number: Int, to object: String, _ session: Session, _ random: inout ModelRandom
    ) async throws {
        let types: [FieldType] = [
            .string, .picklist, .multipicklist, .double, .currency, .percent, .int, .boolean, .date, .datetime, .email,
            .url, .phone, .textarea,
        ]
        let type = random.one(of: types)
        let name = "F\(number)__c"
        var new = NewField(name: name, type: type, label: name, labelJa: name)
        var field = Field(name: name, kind: .text, values: Self.names)
        switch type {
        case .picklist, .multipicklist:
            let values = ["red", "blue", "green", "grün", "緑"].shuffled(using: &random).prefix(random.number(3...5))
            new.field.picklist = values.map {
                PicklistValue(value: $0, label: $0, labelJa: $0, isActive: true, isDefault: false)
            }
            new.field.isRestrictedPicklist = random.chance(50)
            if type == .picklist {
                field = Field(name: name, kind: .text, values: values.map { .text($0) }, isGroupable: true)
            } else {
                let sets = (0..<5).map { _ in values.shuffled(using: &random).prefix(random.number(1...3)) }
                field = Field(name: name, kind: .choices, values: sets.map { .text($0.joined(separator: ";")) })
            }
        case .double, .currency, .percent: field = Field(name: name, kind: .number, values: Self.numbers)
        case .int: field = Field(name: name, kind: .whole, values: Self.wholes, isGroupable: true)
        case .boolean:
            field = Field(name: name, kind: .flag, values: [true, false], isRequired: true, isGroupable: true)
        case .date: field = Field(name: name, kind: .day, values: Self.days, isGroupable: true)
        case .datetime: field = Field(name: name, kind: .moment, values: Self.moments)
        case .email:
            field = Field(name: name, kind: .text, values: ["a@example.org", "B@example.org", "b@example.org"])
        case .textarea: new.field.length = 255
        case .string:
            (new.field.isExternalID, new.field.isIDLookup) = (random.chance(50), false)
        default: break
        }
        try await session.addField(new, to: object)
        fields[object, default: []].append(field)
    }

    private mutating func addLookup(
        _ number: Int, from object: String, to parent: String, _ session: Session, _ random: inout ModelRandom
    ) async throws {
        let stem = "\(object.dropLast(3))L\(number)"
        var new = NewField(name: "L\(number)__c", type: .reference, label: stem, labelJa: stem)
        new.field.referenceTo = [parent]
        new.field.childRelationships = [parent: "\(stem)__r"]
        new.field.onParentDelete = random.one(of: [.setNull, .restrict, .cascade])
        try await session.addField(new, to: object)
        lookups[object, default: []].append(
            Lookup(relation: "L\(number)__r", field: "L\(number)__c", parent: parent, children: "\(stem)__r"))
    }

    private static let names: [Value] = ["Sato", "sato", "SATO", "佐藤", "さとう", "Müller", "O'Neil", "a\\b", "zzz", "Zz"]
    private static let sums: [Value] = [0, -5, 1_250_000, 99, 1e9].map { .double($0) }
    private static let numbers = sums + [.double(0.25)]
    private static let wholes: [Value] = [0, 1, 10, -3, 400].map { .integer($0) }
    private static let days: [Value] = [(1899, 12, 31), (1969, 12, 31), (1970, 1, 1), (1980, 2, 29), (2026, 11, 27)]
        .map { .date(Day(year: $0.0, month: $0.1, day: $0.2)) }
    private static let moments: [Value] = [-86_400_001, -1, 0, 1_764_201_599_999, 1_764_201_600_000]
        .map { .datetime(Instant(milliseconds: $0)) }
}
