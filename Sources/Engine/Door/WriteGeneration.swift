import Synchronization

/// Counts the writes that may have taken away what a bulk load has looked up beforehand.
final class WriteGeneration: Sendable {
    private let count = Atomic(0)

    var current: Int { count.load(ordering: .acquiring) }

    /// To be called on the writer's thread, before what was changed is committed.
    func advance() { count.add(1, ordering: .releasing) }
}
