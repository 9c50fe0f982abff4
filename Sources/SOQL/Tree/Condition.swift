/// What `WHERE` and `HAVING` ask of a row or a group.
public indirect enum Condition: Hashable, Sendable {
    /// Two or more conditions joined with `AND`.
    case all([Condition])
    /// Two or more conditions joined with `OR`.
    case any([Condition])
    case not(Condition)
    case comparison(Comparison)
}

/// One comparison: `Name LIKE 'Sato%'`, `Id IN (SELECT …)`, `Interests__c INCLUDES ('A;B', 'C')`.
public struct Comparison: Hashable, Sendable {
    public enum Operator: String, Hashable, Sendable, CaseIterable {
        case equal = "="
        /// `!=` and `<>`.
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case like = "LIKE"
        case `in` = "IN"
        case notIn = "NOT IN"
        case includes = "INCLUDES"
        case excludes = "EXCLUDES"
    }

    /// The right side.
    public indirect enum Operand: Hashable, Sendable {
        /// One literal; for ``Operator/in`` and its kin this is a bind variable that holds a list.
        case literal(Literal)
        /// One or more literals; with ``Operator/in``, ``Operator/notIn``, ``Operator/includes`` and
        /// ``Operator/excludes``.
        case list([Literal])
        /// A semi-join or, with ``Operator/notIn``, an anti-join.
        case query(Query)
    }

    public let left: Expression
    public let `operator`: Operator
    public let right: Operand
    /// Where the operator stands.
    public let position: Position

    public init(_ left: Expression, _ operator: Operator, _ right: Operand, at position: Position = .start) {
        self.left = left
        self.operator = `operator`
        self.right = right
        self.position = position
    }
}
