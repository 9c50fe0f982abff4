/// Where something stands in the text of a query: line and column, both from 1, columns in Unicode scalars.
///
/// All positions are equal and hash alike, so that two trees are equal when they mean the same, wherever they stood.
public struct Position: Hashable, Sendable {
    private let storedLine: Int32
    private let storedColumn: Int32

    /// From 1.
    public var line: Int { Int(storedLine) }
    /// From 1, in Unicode scalars.
    public var column: Int { Int(storedColumn) }

    /// The first character of a text; also the position of a node that no text wrote.
    public static let start = Position(line: 1, column: 1)

    /// Both from 1; a text of 100,000 characters cannot exceed what is stored.
    public init(line: Int, column: Int) {
        storedLine = Int32(clamping: line)
        storedColumn = Int32(clamping: column)
    }

    public static func == (a: Position, b: Position) -> Bool { true }
    public func hash(into hasher: inout Hasher) {}
}
