import Synchronization

/// Counts the changes of tables by a store's writer, so that its other connections forget what they have prepared: a
/// prepared statement whose columns have changed is refused by the server.
final class TableEpoch: Sendable {
    private let count = Atomic(0)

    var current: Int { count.load(ordering: .acquiring) }

    func advance() { count.add(1, ordering: .releasing) }
}
