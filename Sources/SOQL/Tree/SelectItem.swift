/// One item of a select list.
public indirect enum SelectItem: Hashable, Sendable {
    /// A field path or a function, with or without an alias.
    case expression(Expression, alias: Name?)
    /// `(SELECT … FROM Contacts)`: the child rows of a relation, which ``Query/from`` names.
    case children(Query)
    /// `TYPEOF What WHEN Account THEN Phone ELSE Name END`.
    case typeOf(TypeOf)
    /// `FIELDS(ALL)` and its kin.
    case fields(FieldSet, Position)

    /// Where the item begins.
    public var position: Position {
        switch self {
        case .expression(let expression, _): expression.position
        case .children(let query): query.position
        case .typeOf(let typeOf): typeOf.position
        case .fields(_, let position): position
        }
    }
}

/// What `FIELDS(…)` stands for.
public enum FieldSet: String, Hashable, Sendable, CaseIterable {
    case all = "ALL"
    case standard = "STANDARD"
    case custom = "CUSTOM"
}

/// Fields that depend on the type of the row that a polymorphic relation leads to.
public struct TypeOf: Hashable, Sendable {
    /// The fields for one object.
    public struct Branch: Hashable, Sendable {
        public let object: Name
        /// One or more.
        public let fields: [Path]

        public init(object: Name, fields: [Path]) {
            self.object = object
            self.fields = fields
        }
    }

    /// The polymorphic relation, for example `What`.
    public let relation: Path
    /// One or more, in the order written.
    public let branches: [Branch]
    /// The fields of `ELSE`; empty where there is none.
    public let otherwise: [Path]
    public let position: Position

    public init(relation: Path, branches: [Branch], otherwise: [Path] = [], at position: Position = .start) {
        self.relation = relation
        self.branches = branches
        self.otherwise = otherwise
        self.position = position
    }
}
