/// A part of a query's result.
public struct Page<Row: Sendable>: Sendable {
    /// Of the whole result, on every page.
    public let totalSize: Int
    public let records: [Row]
    /// Where the next page begins, as `<cursor>-<offset>`; nil on the last.
    public let locator: String?

    public init(totalSize: Int, records: [Row], locator: String?) {
        self.totalSize = totalSize
        self.records = records
        self.locator = locator
    }
}
