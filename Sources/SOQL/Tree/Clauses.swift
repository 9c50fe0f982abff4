/// What a query reads from.
public struct From: Hashable, Sendable {
    /// An old-style relation after a comma: `FROM Contact c, c.Account a`.
    public struct Relation: Hashable, Sendable {
        public let path: Path
        public let alias: Name?

        public init(path: Path, alias: Name?) {
            self.path = path
            self.alias = alias
        }
    }

    /// An object; in a child subquery the name of a relation, which may be qualified (`Account.Contacts`).
    public let source: Path
    public let alias: Name?
    /// Empty in nearly every query.
    public let relations: [Relation]

    public init(_ source: Path, alias: Name? = nil, relations: [Relation] = []) {
        self.source = source
        self.alias = alias
        self.relations = relations
    }
}

/// `USING …` after `FROM`.
public enum Using: Hashable, Sendable {
    /// `USING SCOPE mine`; the name is checked by the compiler.
    case scope(Name)
    /// `USING LOOKUP Object__c.Field__c`: as that lookup field's filter has it.
    case lookup(Path)
}

/// `BIND field = literal`.
public struct LookupBinding: Hashable, Sendable {
    public let field: Path
    public let value: Literal

    public init(field: Path, value: Literal) {
        self.field = field
        self.value = value
    }
}

/// `WITH …` after `WHERE`.
public enum With: Hashable, Sendable {
    case securityEnforced
    case userMode
    case systemMode
    /// One or more, all of which must hold.
    case dataCategories([CategoryFilter])
    /// `WITH RecordVisibilityContext (maxDescriptorPerRecord=100, …)`.
    case recordVisibility([Setting])
}

/// `Geography__c AT (usa__c, uk__c)`.
public struct CategoryFilter: Hashable, Sendable {
    public enum Selector: String, Hashable, Sendable, CaseIterable {
        case at = "AT"
        case above = "ABOVE"
        case below = "BELOW"
        case aboveOrBelow = "ABOVE_OR_BELOW"
    }

    public let group: Name
    public let selector: Selector
    /// One or more.
    public let categories: [Name]

    public init(group: Name, selector: Selector, categories: [Name]) {
        self.group = group
        self.selector = selector
        self.categories = categories
    }
}

/// `name = value` inside a `WITH` clause.
public struct Setting: Hashable, Sendable {
    public let name: Name
    public let value: Literal

    public init(name: Name, value: Literal) {
        self.name = name
        self.value = value
    }
}

/// `GROUP BY`; each case has one expression or more.
public enum Grouping: Hashable, Sendable {
    case plain([Expression])
    case rollup([Expression])
    case cube([Expression])

    /// What is grouped by, in the order written.
    public var expressions: [Expression] {
        switch self {
        case .plain(let list), .rollup(let list), .cube(let list): list
        }
    }
}

/// One item of `ORDER BY`.
public struct Ordering: Hashable, Sendable {
    public enum Nulls: String, Hashable, Sendable, CaseIterable {
        case first = "FIRST"
        case last = "LAST"
    }

    public let expression: Expression
    public let isDescending: Bool
    /// Nil where the query does not say; the platform then puts nulls first, in both directions.
    public let nulls: Nulls?

    public init(_ expression: Expression, isDescending: Bool = false, nulls: Nulls? = nil) {
        self.expression = expression
        self.isDescending = isDescending
        self.nulls = nulls
    }
}

/// `FOR VIEW`, `FOR REFERENCE`, `FOR UPDATE`.
public enum Purpose: String, Hashable, Sendable, CaseIterable {
    case view = "VIEW"
    case reference = "REFERENCE"
    case update = "UPDATE"
}

/// `UPDATE TRACKING`, `UPDATE VIEWSTAT`: counters of knowledge articles.
public enum ArticleUpdate: String, Hashable, Sendable, CaseIterable {
    case tracking = "TRACKING"
    case viewstat = "VIEWSTAT"
}
