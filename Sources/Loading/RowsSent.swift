public import Records

/// The rows of a batch as they were sent, in their order, some at a time.
public protocol RowsSent: Sendable {
    /// The fields, or paths to a parent's external id.
    var columns: [String] { get }
    /// Nil behind the last.
    mutating func next(atMost count: Int) throws -> RowsOfBatch?
}

/// Some rows of a batch.
public struct RowsOfBatch: Sendable {
    /// The good ones, in their order.
    public var cells: CellBlock
    /// Those that cannot be read; each by its place among all rows of the batch.
    public var faulty: [(row: Int, error: PlatformError)] = []
    /// How many rows stand before these.
    public let first: Int

    public init(cells: CellBlock, first: Int) {
        self.cells = cells
        self.first = first
    }

    public var count: Int { cells.rowCount + faulty.count }

    /// Where a good row stands among all rows of the batch.
    ///
    /// - Parameter place: Its place among the good ones of these.
    public func row(_ place: Int) -> Int {
        faulty.reduce(into: first + place) { row, other in if other.row <= row { row += 1 } }
    }
}

/// Why a batch as a whole cannot be carried out, in the words of the platform's bulk interfaces.
public struct BatchFault: Error {
    public let message: String
    public init(_ message: String) { self.message = message }
}
