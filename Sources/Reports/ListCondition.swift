public import Engine
public import Records

/// What narrows a list: conditions that are our own literals, values that are bound.
public struct ListCondition: Sendable {
    private var conditions: [String] = []
    private(set) var bindings: [String: BoundValue] = [:]
    /// Whether the search found more than it was asked for, so that the list is the latest of the hits and not all.
    public private(set) var isCut = false

    /// As many hits as a search brings into a list.
    public static let hitsMax = 2_000

    public init() {}

    var clause: String { conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ") }

    /// - Parameter condition: SOQL, a literal of the caller's: what people type is bound, see ``add(_:_:_:)``.
    public mutating func add(_ condition: String) { conditions.append(condition) }

    /// - Parameters:
    ///   - condition: SOQL with a variable `:name`.
    ///   - value: What the variable stands for.
    public mutating func add(_ condition: String, _ name: String, _ value: Value) {
        conditions.append(condition)
        bindings[name] = .one(value)
    }

    /// Only these records.
    public mutating func only(_ records: [RecordID]) {
        conditions.append("Id IN :only")
        bindings["only"] = .many(records.map(Value.id))
    }

    /// Only what the search finds; nothing is asked where there is no letter and no digit.
    public mutating func find(_ words: String, in object: String, _ session: Session) async throws {
        guard words.contains(where: { $0.isLetter || $0.isNumber }) else { return }
        let hits = try await session.search(words, in: [object], limit: Self.hitsMax)
        conditions.append("Id IN :found")
        bindings["found"] = .many(hits.map { .id($0.id) })
        isCut = hits.count >= Self.hitsMax
    }
}
