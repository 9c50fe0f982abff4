import Synchronization

/// Whether the job that a connection works for was cancelled.
///
/// A database is interrupted only in the middle of a statement, and forgets it between two. So statements look here when
/// they begin, or every now and then.
final class CancelMark: Sendable {
    private let mark = Atomic(false)

    var isSet: Bool { mark.load(ordering: .relaxed) }
    func set() { mark.store(true, ordering: .relaxed) }
    func clear() { mark.store(false, ordering: .relaxed) }
}
