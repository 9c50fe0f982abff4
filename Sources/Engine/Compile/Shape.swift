import Records

/// How the cells of a statement's row become a record.
struct Shape: Sendable {
    var entries: [Entry] = []

    indirect enum Entry: Sendable {
        case column(String, Int, FieldType)
        case compound(String, [Part])
        case parent(String, Parent)
        case typeOf(String, TypeBranches)
        /// The place in ``Plan/children``.
        case children(String, Int)
    }

    /// A part of an address or a location, as the wire names it.
    struct Part: Sendable {
        let name: String
        let column: Int
        let type: FieldType
    }

    struct Parent: Sendable {
        /// The column of the parent's id: null when there is none.
        let id: Int
        /// The object by the id's prefix.
        let objects: [KeyPrefix: String]
        let shape: Shape
    }

    struct TypeBranches: Sendable {
        let id: Int
        let branches: [KeyPrefix: (object: String, shape: Shape)]
    }
}

/// A shape in the making: the columns of ids are numbered when all others are known.
final class ShapeNode {
    enum Entry {
        case ready(Shape.Entry)
        case parent(String, ShapeNode)
        case typeOf(String, id: Int, [(KeyPrefix, String, Shape)])
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

    func shape(idsFrom first: Int) -> Shape {
        Shape(
            entries: entries.map { entry in
                switch entry {
                case .ready(let entry): entry
                case .parent(let name, let node):
                    .parent(
                        name,
                        Shape.Parent(id: first + node.id, objects: node.objects, shape: node.shape(idsFrom: first))
                    )
                case .typeOf(let name, let id, let branches):
                    .typeOf(
                        name,
                        Shape.TypeBranches(
                            id: first + id,
                            branches: Dictionary(uniqueKeysWithValues: branches.map { ($0.0, ($0.1, $0.2)) })
                        )
                    )
                }
            }
        )
    }
}
