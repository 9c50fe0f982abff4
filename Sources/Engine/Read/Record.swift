public import Records

/// A row of a result as the platform shapes it: the selected fields in their order, parents and children inside.
public struct Record: Sendable {
    /// The object's API name; `AggregateResult` for rows of grouped queries.
    public let object: String
    /// Nil for rows of grouped queries.
    public let id: RecordID?
    /// In the order in which the query selects them. `Id` is among them only when it was selected.
    public var fields: [(name: String, value: RecordValue)]

    public init(object: String, id: RecordID?, fields: [(name: String, value: RecordValue)]) {
        self.object = object
        self.id = id
        self.fields = fields
    }

    /// The value at a path such as `LastName`, `Account.Name` or `MailingAddress.city`, in any case; null when there is
    /// none, or no parent.
    public subscript(_ path: String) -> Value {
        let names = path.split(separator: ".", maxSplits: 1)
        guard let first = names.first else { return .null }
        if names.count == 1, first.lowercased() == "id", let id { return .id(id) }
        guard let value = self[value: String(first)] else { return .null }
        let rest = names.count > 1 ? String(names[1]) : nil
        return switch (value, rest) {
        case (.value(let value, _), nil): value
        case (.parent(let record?), let rest?): record[rest]
        case (.compound(let parts), let rest?):
            parts.first { $0.name.lowercased() == rest.lowercased() }?.value ?? .null
        default: .null
        }
    }

    /// What stands under a name, in any case; nil when it was not selected.
    public subscript(value name: String) -> RecordValue? {
        let lowered = name.lowercased()
        return fields.first { $0.name == name || $0.name.lowercased() == lowered }?.value
    }

    /// The child records under the name of a child relationship; none when it was not selected.
    public func children(_ name: String) -> [Record] {
        if case .children(let records, _) = self[value: name] { records } else { [] }
    }
}

/// What stands in a field of a ``Record``.
public enum RecordValue: Sendable {
    case value(Value, FieldType)
    /// Nil when the lookup is empty.
    case parent(Record?)
    case children([Record], totalSize: Int)
    /// An address or a location; the parts are named as the wire names them (`city`, `postalCode`).
    case compound([(name: String, value: Value)])
}
