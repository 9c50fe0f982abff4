public import Records

/// What an erasure will do, before anybody approves it: a graph of the records that it touches, and every place.
public struct ErasurePlan: Sendable {
    public let subject: RecordID
    /// Further roots that are the same person.
    public let otherSubjects: [RecordID]
    public let policy: ErasurePolicy
    /// The person's own records, by object.
    public let records: [String: [RecordID]]
    public let nodes: [Node]
    public let edges: [Edge]
    public let places: [PlannedPlace]
    /// Records that may be the same person's and are left alone, for a human eye.
    public let doubtful: [TracedRecord]

    /// The records of one object that are treated alike.
    public struct Node: Hashable, Sendable {
        public let object: String
        public let count: Int
        public let decision: Decision
        /// External ids or record ids of up to three of them.
        public let samples: [String]
    }

    /// The lookup by which records of one object belong to those of another.
    public struct Edge: Hashable, Sendable {
        public let from: String
        public let to: String
        public let field: String
        public let count: Int
    }

    /// What becomes of a record or a place.
    public enum Decision: Hashable, Sendable {
        case delete, anonymise
        /// The fragment is replaced; the record is somebody else's and stays.
        case redact
        case keep(ground: String, until: String?)
    }

    /// A place and what becomes of it.
    public struct PlannedPlace: Hashable, Sendable {
        public let place: Place
        public let decision: Decision
    }

    init(_ trace: Trace, policy: ErasurePolicy) {
        subject = trace.subject
        otherSubjects = trace.otherSubjects
        self.policy = policy
        doubtful = trace.doubtful
        let own = Dictionary(grouping: trace.records, by: \.object).sorted { $0.key < $1.key }
        records = Dictionary(uniqueKeysWithValues: own.map { ($0.key, $0.value.map(\.id)) })
        let foreign = Dictionary(grouping: trace.places.filter { !$0.isInOwnRecord }, by: \.object)
        nodes =
            own.map { object, records in
                Node(
                    object: object, count: records.count, decision: Decision(policy.action(for: object)),
                    samples: records.prefix(3).map { $0.externalID.isEmpty ? $0.id.description : $0.externalID }
                )
            }
            + foreign.sorted { $0.key < $1.key }.map { object, places in
                let records = Array(Set(places.map(\.record))).sorted()
                return Node(
                    object: object, count: records.count, decision: .redact,
                    samples: records.prefix(3).map(\.description)
                )
            }
        let objects = Dictionary(trace.records.map { ($0.id, $0.object) }) { first, _ in first }
        var counts: [Edge: Int] = [:]
        for record in trace.records {
            guard case .lookup(let field, let parent) = record.reason, let from = objects[parent] else { continue }
            counts[Edge(from: from, to: record.object, field: field, count: 0), default: 0] += 1
        }
        edges = counts.map { Edge(from: $0.key.from, to: $0.key.to, field: $0.key.field, count: $0.value) }
            .sorted { ($0.from, $0.to, $0.field) < ($1.from, $1.to, $1.field) }
        places = trace.places.map { place in
            PlannedPlace(
                place: place, decision: place.isInOwnRecord ? Decision(policy.action(for: place.object)) : .redact
            )
        }
    }
}

extension ErasurePlan.Decision {
    init(_ action: ErasurePolicy.Action) {
        switch action {
        case .delete: self = .delete
        case .anonymise: self = .anonymise
        case .keep(let ground, let until): self = .keep(ground: ground, until: until)
        }
    }
}
