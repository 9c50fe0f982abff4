public import Records

/// What a bind variable of a query stands for.
public enum BoundValue: Sendable {
    case one(Value)
    /// For `IN` and its kin.
    case many([Value])
}

/// Whether a query sees the recycle bin.
public enum Deleted: Int64, Sendable {
    case without, with, only
}
