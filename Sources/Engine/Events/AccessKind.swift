/// How somebody came to see records.
public enum AccessKind: Int64, Sendable, CaseIterable {
    /// One record or a few, by id.
    case read = 1
    /// The answer of a query.
    case query = 2
    /// The hits of a search.
    case search = 3
    /// Records that left the product: a file, a package, a bulk job.
    case export = 4
    /// A send or a call that was refused: nobody saw the record, and that is worth knowing too.
    case refused = 5
}
