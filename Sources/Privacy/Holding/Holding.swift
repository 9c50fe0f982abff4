public import Engine
public import Records

/// What is held of a person in one object, why, and until when.
public struct Holding: Sendable {
    public let object: String
    public let label: String
    public let labelJa: String
    public let count: Int
    /// Why; by language (`en`, `ja`). Empty where nobody has said why: a gap that the page must show.
    public let purpose: [String: String]
    /// Nil where nobody has said.
    public let basis: LegalBasis?
    public let article: String?
    /// The last day on which the youngest of the records is held; nil while that is not fixed.
    public let until: Day?
}

/// Why the things of a person are held.
public struct Holdings: Sendable {
    let session: Session

    public init(_ session: Session) { self.session = session }

    /// What is held of a person, why and until when, in the order of the objects' names.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS`, `NOT_FOUND` as ``Session/trace(_:)``, by which the records are found.
    public func holdings(of person: RecordID) async throws -> [Holding] {
        let trace = try await session.trace(person)
        return try await holdings(Dictionary(grouping: trace.records, by: \.object).mapValues { $0.map(\.id) })
    }

    /// The same for records that are known.
    func holdings(_ records: [String: [RecordID]]) async throws -> [Holding] {
        let schema = try await session.schema()
        let rules = try HoldingRules.standard()
        var holdings: [Holding] = []
        for (name, ids) in records.sorted(by: { $0.key < $1.key }) {
            guard let object = schema.object(name) else { continue }
            let rule = rules.rule(of: name)
            holdings.append(
                Holding(
                    object: name, label: object.labelPlural, labelJa: object.labelJa, count: ids.count,
                    purpose: rule?.purpose ?? [:], basis: rule?.basis, article: rule?.article,
                    until: try await rule.asyncFlatMap { try await until($0.retention, object, ids) }
                )
            )
        }
        return holdings
    }

    /// The latest of the records' last days: until then something of it is held.
    func until(_ retention: HoldingRules.Retention, _ object: ObjectSchema, _ ids: [RecordID]) async throws -> Day? {
        let fields = retention.from.filter { object.field($0) != nil }
        guard !fields.isEmpty else { return nil }
        var last: Day?
        for chunk in ids.chunks(of: 1000) {
            let rows = try await session.query(
                "SELECT Id, \(fields.joined(separator: ", ")) FROM \(object.name) WHERE Id IN :ids",
                bindings: ["ids": .many(chunk.map(Value.id))], deleted: .with
            )
            for row in rows {
                guard let day = retention.until({ row[$0] }) else { continue }
                last = max(last ?? day, day)
            }
        }
        return last
    }
}

extension Optional {
    fileprivate func asyncFlatMap<T>(_ body: (Wrapped) async throws -> T?) async rethrows -> T? {
        if let self { try await body(self) } else { nil }
    }
}

extension Array {
    /// Pieces of at most `count`, in order.
    func chunks(of count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: self.count, by: count).map { self[$0..<Swift.min($0 + count, self.count)] }
    }
}
