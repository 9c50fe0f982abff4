/// A statement of one text that runs many times with other bindings: connections find it by its identity, where a text of
/// some thousand bytes would be hashed and compared at every run.
///
/// Made once, and held by whoever runs it.
public final class KeptSQL: Sendable {
    let text: String

    /// - Parameter statement: its bindings tell nothing but their number; every run brings its own.
    public init(_ statement: SQL) { text = statement.text }
}
