public import Records
import Synchronization

/// A clock that stands until a test moves it, and a generator that a seed replays.
public final class TestClock: Sendable {
    private let state: Mutex<(now: Instant, seed: UInt64)>

    /// Begins at 2026-11-23T09:00:00Z.
    public init(seed: UInt64 = 7) {
        state = Mutex((Instant(startOf: Day(year: 2026, month: 11, day: 23)).adding(seconds: 9 * 3600), seed))
    }

    public var now: Instant { state.withLock { $0.now } }

    public func advance(seconds: Int64) { state.withLock { $0.now = $0.now.adding(seconds: seconds) } }

    public func advance(days: Int64) { advance(seconds: days * 86_400) }

    /// What an engine is opened with.
    public var environment: Environment {
        Environment(now: { self.now }, randomBytes: { count in (0..<count).map { _ in UInt8(self.random() & 255) } })
    }

    /// SplitMix64.
    private func random() -> UInt64 {
        state.withLock { state in
            state.seed &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state.seed
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
