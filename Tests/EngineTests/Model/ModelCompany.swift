import Engine
import Records

/// Rows that are both in an organisation and in memory, made by chance from few values, so that many are alike.
struct ModelCompany {
    /// A record as the reference sees it.
    struct Row {
        let id: RecordID
        let values: [String: Value]
    }

    let schema: ModelSchema
    /// In the order of their ids.
    private(set) var rows: [String: [Row]] = [:]
    private var byID: [RecordID: Row] = [:]

    /// Makes some hundred records through the door.
    init(_ schema: ModelSchema, _ session: Session, _ random: inout ModelRandom) async throws {
        self.schema = schema
        for object in schema.objects {
            // Twice, so that some have parents of their own kind.
            for _ in 0..<2 { try await make(random.number(20...80), of: object, session, &random) }
        }
    }

    private mutating func make(
        _ count: Int, of object: String, _ session: Session, _ random: inout ModelRandom
    ) async throws {
        let fields = schema.fields[object] ?? []
        let lookups = schema.lookups[object] ?? []
        var made: [[Value]] = []
        for _ in 0..<count {
            made.append(
                fields.map { $0.isRequired || random.chance(70) ? random.one(of: $0.values) : .null }
                    + lookups.map { lookup in
                        guard let parents = rows[lookup.parent], random.chance(70) else { return .null }
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
        guard let lookup = schema.lookups[object]?.first(where: { $0.relation == path[0] }),
            let id = row.values[lookup.field]?.id, let parent = byID[id]
        else { return .null }
        return value(Array(path.dropFirst()), of: parent, lookup.parent)
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
