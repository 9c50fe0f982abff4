public import Records

/// Which cells of a statement's row become a record, under which names.
///
/// One object a compiled query, kept as long as the query's plan is: what a ``RecordForm`` works out for it may be kept by
/// its identity.
public final class RecordShape: Sendable {
    /// The object's API name; `AggregateResult` for rows of grouped queries.
    public let object: String
    /// The cell of the record's own id; nil for rows of grouped queries.
    public let id: Int?
    /// In the order in which the query selects them.
    public let members: [Member]

    init(object: String, id: Int?, members: [Member]) {
        self.object = object
        self.id = id
        self.members = members
    }

    /// What stands under a name.
    public indirect enum Member: Sendable {
        /// A cell.
        case value(String, cell: Int, FieldType)
        /// An address or a location: null when all its parts are.
        case compound(String, [Part])
        /// A record that a lookup leads to, by the prefix of the id in a cell; null when that is empty, or of none of them.
        case parent(String, id: Int, [KeyPrefix: Parent])
        /// A list of children, by its place among the query's lists.
        case children(String, Int)
    }

    /// A part of an address or a location, as the wire names it.
    public struct Part: Sendable {
        public let name: String
        public let cell: Int
        public let type: FieldType
    }

    /// A record inside another.
    public struct Parent: Sendable {
        public let object: String
        public let members: [Member]
    }
}

/// A shape in the making: the columns of ids are numbered when all others are known.
final class ShapeNode {
    enum Entry {
        case ready(RecordShape.Member)
        case parent(String, ShapeNode)
        case typeOf(String, id: Int, [(KeyPrefix, RecordShape.Parent)])
    }

    /// The place among the statement's id columns, and what objects the id may be of.
    let id: Int
    let objects: [KeyPrefix: String]
    private(set) var entries: [Entry] = []

    init(id: Int, objects: [KeyPrefix: String]) {
        self.id = id
        self.objects = objects
    }

    func add(_ entry: Entry) { entries.append(entry) }

    /// The parent of that name, made at its first mention.
    func parent(_ name: String, make: () throws -> ShapeNode) rethrows -> ShapeNode {
        for case .parent(name, let node) in entries { return node }
        let node = try make()
        entries.append(.parent(name, node))
        return node
    }

    func members(idsFrom first: Int) -> [RecordShape.Member] {
        entries.map { entry in
            switch entry {
            case .ready(let member): return member
            case .parent(let name, let node):
                let members = node.members(idsFrom: first)
                return .parent(
                    name, id: first + node.id,
                    node.objects.mapValues { RecordShape.Parent(object: $0, members: members) }
                )
            case .typeOf(let name, let id, let branches):
                return .parent(name, id: first + id, Dictionary(uniqueKeysWithValues: branches))
            }
        }
    }
}
