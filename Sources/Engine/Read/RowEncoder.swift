public import Records

/// A column of a flat result.
public struct ResultColumn: Sendable {
    /// The path as selected, in canonical spelling: `Account.Name`; the alias or `expr0` of an aggregate.
    public let name: String
    public let type: FieldType
    /// The object that the field belongs to; `AggregateResult` for aggregates.
    public let object: String

    public init(name: String, type: FieldType, object: String) {
        self.name = name
        self.type = type
        self.object = object
    }
}

/// Writes the rows of a result as bytes, without making values of them. Runs in the task that reads the result, while
/// the reader's thread fetches the rows behind.
public protocol RowEncoder: Sendable {
    /// Before the first row, also when there are none.
    mutating func begin(_ columns: [ResultColumn], into out: inout [UInt8])
    /// One row: the cells in the order of the columns, valid inside this call alone.
    mutating func row(_ cells: CellRow, into out: inout [UInt8])
    /// After the last row.
    mutating func end(into out: inout [UInt8])
}
