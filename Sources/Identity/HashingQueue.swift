import Dispatch
import Records
import Synchronization

/// Runs password hashes on a thread of its own, one after the other: each takes 32 MiB and a good part of a second,
/// which must neither block the threads that answer requests nor be had many times at once.
final class HashingQueue: Sendable {
    /// Beyond this many waiting, more are refused: they would only be answered after their callers gave up.
    static let waitingMax = 64

    private let queue = DispatchQueue(label: "azukari.password-hashing", qos: .userInitiated)
    private let waiting = Mutex(0)

    func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        let isFull = waiting.withLock { count in
            if count >= Self.waitingMax { return true }
            count += 1
            return false
        }
        if isFull {
            throw PlatformError(.serverUnavailable, "Too many are signing in at once. Try again in a few seconds.")
        }
        defer { waiting.withLock { $0 -= 1 } }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}
