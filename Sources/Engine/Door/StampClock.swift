import Records
import Synchronization

/// Moments that never go back, whatever the machine's clock does: who asks for changes since a moment misses none.
final class StampClock: Sendable {
    private let last = Mutex(Instant(milliseconds: .min))

    func next(_ now: Instant) -> Instant {
        last.withLock { last in
            last = max(last, now)
            return last
        }
    }
}
