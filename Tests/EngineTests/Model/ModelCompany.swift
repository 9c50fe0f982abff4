import Engine
import Records

/// Rows that are both in an organisation and in memory, made by chance from few values, so that many are alike.
struct ModelCompany {
    /// A record as the reference sees it.
    struct Row {
        let id: RecordID
        let values: [String: Value]
    }

    enum Kind { case text, number, whole, flag, day, choices }

    struct Field {
        let name: String
        let kind: Kind
        /// Of which values come; null besides where the field may be empty.
        let values: [Value]
        var isRequired = false
    }

    /// Fields of each object, and its lookups by relation: field and object.
    static let fields: [String: [Field]] = [
        "Account": [
            Field(name: "Name", kind: .text, values: names, isRequired: true),
            Field(name: "Industry", kind: .text, values: ["Banking", "Retail", "Energy"]),
            Field(name: "AnnualRevenue", kind: .number, values: [0, -5, 1_250_000, 99, 1e9].map { .double($0) }),
            Field(name: "NumberOfEmployees", kind: .whole, values: [0, 1, 10, -3, 400].map { .integer($0) }),
            Field(name: "Tags__c", kind: .choices, values: ["red", "red;blue", "blue", "green;red", "green"]),
        ],
        "Contact": [
            Field(name: "LastName", kind: .text, values: names, isRequired: true),
            Field(name: "Title", kind: .text, values: ["Owner", "owner", "Chef", "部長", "50%", "a_b"]),
            Field(name: "Birthdate", kind: .day, values: days),
            Field(name: "HasOptedOutOfEmail", kind: .flag, values: [true, false], isRequired: true),
        ],
        "Case": [
            Field(name: "Subject", kind: .text, values: names),
            Field(name: "Status", kind: .text, values: ["New", "Working", "Closed"], isRequired: true),
            Field(name: "Origin", kind: .text, values: ["Web", "Phone"]),
        ],
    ]
    static let lookups: [String: [(relation: String, field: String, object: String)]] = [
        "Account": [("Parent", "ParentId", "Account")], "Contact": [("Account", "AccountId", "Account")],
        "Case": [("Contact", "ContactId", "Contact"), ("Account", "AccountId", "Account")],
    ]
    static let children: [String: [(relation: String, field: String, object: String)]] = [
        "Account": [("Contacts", "AccountId", "Contact"), ("Cases", "AccountId", "Case")],
        "Contact": [("Cases", "ContactId", "Case")],
    ]
    private static let names: [Value] = ["Sato", "sato", "SATO", "佐藤", "さとう", "Müller", "O'Neil", "a\\b", "zzz", "Zz"]
    private static let days: [Value] = [(1899, 12, 31), (1969, 12, 31), (1970, 1, 1), (1980, 2, 29), (2026, 11, 27)]
        .map { .date(Day(year: $0.0, month: $0.1, day: $0.2)) }

    /// In the order of their ids.
    private(set) var rows: [String: [Row]] = [:]
    private var byID: [RecordID: Row] = [:]

    /// Makes some hundred records through the door.
    init(_ session: Session, _ random: inout ModelRandom) async throws {
        var tags = NewField(name: "Tags__c", type: .multipicklist, label: "Tags", labelJa: "タグ")
        tags.field.picklist = ["red", "blue", "green"].map {
            PicklistValue(value: $0, label: $0, labelJa: $0, isActive: true, isDefault: false)
        }
        try await session.addField(tags, to: "Account")
        for (object, count) in [("Account", 40), ("Account", 20), ("Contact", 120), ("Case", 160)] {
            try await make(count, of: object, session, &random)
        }
    }

    private mutating func make(
        _ count: Int, of object: String, _ session: Session, _ random: inout ModelRandom
    ) async throws {
        let fields = Self.fields[object] ?? []
        let lookups = Self.lookups[object] ?? []
        var made: [[Value]] = []
        for _ in 0..<count {
            made.append(
                fields.map { $0.isRequired || random.chance(70) ? random.one(of: $0.values) : .null }
                    + lookups.map { lookup in
                        guard let parents = rows[lookup.object], random.chance(70) else { return .null }
                        return .id(random.one(of: parents).id)
                    })
        }
        let names = fields.map(\.name) + lookups.map(\.field)
        let outcomes = try await session.create(Batch(object, fields: names, rows: made), onFailure: .rollbackAll)
        for (outcome, values) in zip(outcomes, made) {
            guard let id = outcome.id else { throw outcome.errors[0] }
            let row = Row(id: id, values: Dictionary(uniqueKeysWithValues: zip(names, values)))
            rows[object, default: []].append(row)
            byID[id] = row
        }
    }

    /// The value at a path; null where there is no parent.
    func value(_ path: [String], of row: Row, _ object: String) -> Value {
        guard path.count > 1 else { return path[0] == "Id" ? .id(row.id) : row.values[path[0]] ?? .null }
        guard let lookup = Self.lookups[object]?.first(where: { $0.relation == path[0] }),
            let id = row.values[lookup.field]?.id, let parent = byID[id]
        else { return .null }
        return value(Array(path.dropFirst()), of: parent, lookup.object)
    }
}

/// Chance that is the same for the same seed.
struct ModelRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }
    mutating func one<T>(of choices: [T]) -> T { choices[number(0...choices.count - 1)] }
}
