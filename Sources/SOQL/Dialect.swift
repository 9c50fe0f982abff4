/// Which grammar a text is read in.
public enum Dialect: Sendable, CaseIterable {
    /// What the query and search resources take: no bind variables, no `ALL ROWS`, no access mode in `WITH`, and a
    /// search term in braces.
    case api
    /// What stands between `[` and `]` in Apex, and what our own code writes: all of the above.
    case apex
}
