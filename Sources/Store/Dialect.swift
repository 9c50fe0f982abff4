/// What differs between the databases; all other SQL is the common subset.
public struct Dialect: Sendable {
    public let name: String

    /// SQLite 3.38 and later: STRICT tables, `INTEGER`, `REAL`, `TEXT`, `BLOB`.
    public static let sqlite = Dialect(name: "sqlite")
}
