/// One name as the query spells it: an alias, an object of `TYPEOF`, a scope, a data category.
public struct Name: Hashable, Sendable {
    /// As written; names are compared without regard to case.
    public let text: String
    public let position: Position

    public init(_ text: String, at position: Position = .start) {
        self.text = text
        self.position = position
    }
}

/// A dotted path as the query spells it: `Account.Owner.Name`, `c.Account`, `Account.Contacts`, or a single name.
public struct Path: Hashable, Sendable {
    /// One or more names as written; they are compared without regard to case.
    public let names: [String]
    /// Where the first name begins.
    public let position: Position

    /// `names` must not be empty.
    public init(_ names: [String], at position: Position = .start) {
        precondition(!names.isEmpty, "A path has at least one name")
        self.names = names
        self.position = position
    }

    /// The names joined with dots, as written.
    public var text: String { names.count == 1 ? names[0] : names.joined(separator: ".") }

    /// The last name: the field of a field path, the relation of a relation path.
    public var last: String { names[names.count - 1] }
}
