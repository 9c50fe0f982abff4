public import Records

/// A value written in a query, or the name of one that is handed in beside it.
public struct Literal: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case null
        case boolean(Bool)
        case integer(Int64)
        case double(Double)
        /// Without quotes and escapes. The operand of `LIKE` is a pattern: there `%` and `_` are wildcards and a
        /// backslash takes the meaning from the next character, as in SQL's `LIKE … ESCAPE '\'`.
        case string(String)
        case date(Day)
        case datetime(Instant)
        case time(TimeOfDay)
        /// `TODAY`, `LAST_N_DAYS:30`; ``DateLiteral/range(now:calendar:)`` tells which time that is.
        case relative(DateLiteral)
        /// `USD5000`: the ISO 4217 code in capitals, and the amount.
        case currency(String, Double)
        /// `:name`; only in Apex.
        case bind(Bind)
    }

    public let kind: Kind
    public let position: Position

    public init(_ kind: Kind, at position: Position = .start) {
        self.kind = kind
        self.position = position
    }
}

/// A bind variable: an expression of the surrounding program, after a colon.
public struct Bind: Hashable, Sendable {
    /// The expression without the colon and without white space that says nothing: `name`, `account.Id`,
    /// `ids.keySet()`.
    public let expression: String

    public init(_ expression: String) { self.expression = expression }
}
