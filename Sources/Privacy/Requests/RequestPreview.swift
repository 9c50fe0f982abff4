public import Engine
public import Records

/// What carrying out a request will touch: a graph of records around the person, and every place of their data.
public struct RequestPreview: Sendable {
    public let nodes: [Node]
    public let edges: [Edge]
    public let places: [PlaceAndFate]
    /// Records that may be the same person's and are left alone, for a human eye.
    public let doubtful: [TracedRecord]

    /// Records of one object that are treated alike.
    public struct Node: Sendable {
        public let object: String
        public let label: String
        public let labelJa: String
        public let count: Int
        public let fate: Fate
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

    /// A place and what becomes of it.
    public struct PlaceAndFate: Sendable {
        public let place: Place
        public let fate: Fate
    }

    /// What becomes of records and places.
    public enum Fate: Hashable, Sendable {
        case delete, anonymise
        /// The person's fragment is replaced; the record is somebody else's and stays.
        case redact
        /// Kept on a ground of the law, until a day where that is fixed.
        case keep(ground: String, until: String?)
        /// Moved into the sealed file.
        case seal
        /// Copied into the package.
        case copy
        /// Left as it is.
        case leave
    }
}

extension Requests {
    /// What carrying out a request will touch. Nothing is changed.
    /// - Parameter policy: For an erasure, another policy than ``erasurePolicy(for:)`` gives.
    /// - Throws: `INSUFFICIENT_ACCESS`; `NOT_FOUND` when the person's records are gone.
    public func preview(_ id: RecordID, policy: ErasurePolicy? = nil) async throws -> RequestPreview {
        let request = try await request(id)
        let schema = try await session.schema()
        switch request.kind {
        case .erasure:
            let chosen: ErasurePolicy
            if let policy { chosen = policy } else { chosen = try await erasurePolicy(for: id) }
            return RequestPreview(try await session.previewErasure(of: request.person, policy: chosen), schema)
        case .restriction:
            return RequestPreview(try await session.trace(request.person), own: .seal, schema)
        case .access, .portability:
            return RequestPreview(try await session.trace(request.person), own: .copy, schema)
        case .rectification, .objection:
            return RequestPreview(try await session.trace(request.person), own: .leave, schema)
        }
    }
}

extension RequestPreview {
    init(_ plan: ErasurePlan, _ schema: Schema) {
        nodes = plan.nodes.map { Node($0.object, $0.count, Fate($0.decision), $0.samples, schema) }
        edges = plan.edges.map { Edge(from: $0.from, to: $0.to, field: $0.field, count: $0.count) }
        places = plan.places.map { PlaceAndFate(place: $0.place, fate: Fate($0.decision)) }
        doubtful = plan.doubtful
    }

    /// Of acts that treat all of the person's own records alike and leave those of others as they are.
    init(_ trace: Trace, own fate: Fate, _ schema: Schema) {
        let others = Dictionary(grouping: trace.places.filter { !$0.isInOwnRecord }, by: \.object)
        nodes =
            Dictionary(grouping: trace.records, by: \.object).sorted { $0.key < $1.key }.map { object, records in
                let samples = records.prefix(3).map { $0.externalID.isEmpty ? $0.id.description : $0.externalID }
                return Node(object, records.count, fate, samples, schema)
            }
            + others.sorted { $0.key < $1.key }.map { object, places in
                let records = Array(Set(places.map(\.record))).sorted()
                return Node(object, records.count, .leave, records.prefix(3).map(\.description), schema)
            }
        let objects = Dictionary(trace.records.map { ($0.id, $0.object) }) { first, _ in first }
        var counts: [Edge: Int] = [:]
        for record in trace.records {
            guard case .lookup(let field, let parent) = record.reason, let from = objects[parent] else { continue }
            counts[Edge(from: from, to: record.object, field: field, count: 0), default: 0] += 1
        }
        edges = counts.map { Edge(from: $0.key.from, to: $0.key.to, field: $0.key.field, count: $0.value) }
            .sorted { ($0.from, $0.to, $0.field) < ($1.from, $1.to, $1.field) }
        places = trace.places.map { PlaceAndFate(place: $0, fate: $0.isInOwnRecord ? fate : .leave) }
        doubtful = trace.doubtful
    }
}

extension RequestPreview.Node {
    fileprivate init(
        _ object: String, _ count: Int, _ fate: RequestPreview.Fate, _ samples: [String], _ schema: Schema
    ) {
        let known = schema.object(object)
        self.init(
            object: object, label: known?.labelPlural ?? object, labelJa: known?.labelJa ?? object, count: count,
            fate: fate, samples: samples
        )
    }
}

extension RequestPreview.Fate {
    fileprivate init(_ decision: ErasurePlan.Decision) {
        switch decision {
        case .delete: self = .delete
        case .anonymise: self = .anonymise
        case .redact: self = .redact
        case .keep(let ground, let until): self = .keep(ground: ground, until: until)
        }
    }
}
