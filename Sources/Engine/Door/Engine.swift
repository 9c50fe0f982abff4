public import Records

/// The door: every read and write of records, as somebody, for a purpose.
public final class Engine: Sendable {
    init() {}
}
