import Synchronization

/// A bounded cache: when the young half is full it becomes the old half, and what nobody asked for meanwhile goes.
final class GenerationCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Halves {
        var young: [Key: Value] = [:]
        var old: [Key: Value] = [:]
    }

    private let halves = Mutex(Halves())
    private let halfMax: Int

    /// - Parameter max: at most so many values are kept.
    init(max: Int) { halfMax = Swift.max(1, max / 2) }

    func forget() { halves.withLock { $0 = Halves() } }

    /// The value of a key, made when it is not there. Two callers at once may both make it.
    func value(_ key: Key, keepIf: (Value) -> Bool = { _ in true }, make: () throws -> Value) rethrows -> Value {
        let known = halves.withLock { halves -> Value? in
            if let value = halves.young[key] { return value }
            guard let value = halves.old[key] else { return nil }
            add(value, key, to: &halves)
            return value
        }
        if let known { return known }
        let value = try make()
        if keepIf(value) { halves.withLock { add(value, key, to: &$0) } }
        return value
    }

    private func add(_ value: Value, _ key: Key, to halves: inout Halves) {
        if halves.young.count >= halfMax {
            halves.old = halves.young
            halves.young = [:]
        }
        halves.young[key] = value
    }
}
