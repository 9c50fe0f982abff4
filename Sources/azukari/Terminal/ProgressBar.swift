import Records
import Synchronization

/// How far long work has come, how fast it goes and how long it will take; on standard error, and only when that is a
/// terminal or the caller asked for it.
final class ProgressBar: Sendable {
    private let title: String
    /// What the whole counts: bytes of a file, or rows.
    private let total: Int
    private let isShown: Bool
    private let began: Instant
    private let clock: @Sendable () -> Instant
    private let state = Mutex((done: 0, rows: 0, shownAt: Instant(milliseconds: 0)))

    init(_ title: String, total: Int, isAsked: Bool, environment: Environment) {
        self.title = title
        self.total = total
        isShown = isAsked || Terminal.errorsGoToATerminal
        clock = environment.now
        began = environment.now()
    }

    var secondsPassed: Double { Double(clock().milliseconds - began.milliseconds) / 1000 }

    /// Tells how much of the whole is done, and how many rows that were.
    func advance(to done: Int, rows: Int) {
        guard isShown else { return }
        let now = clock()
        state.withLock { state in
            state.done = done
            state.rows = rows
            guard now.milliseconds - state.shownAt.milliseconds >= 200 else { return }
            state.shownAt = now
            Terminal.show(line(done: done, rows: rows))
        }
    }

    /// Shows the end and begins a new line.
    func finish() {
        guard isShown else { return }
        state.withLock { state in
            Terminal.show(line(done: total, rows: state.rows))
            Terminal.tell("")
        }
    }

    private func line(done: Int, rows: Int) -> String {
        let share = total > 0 ? min(1, Double(done) / Double(total)) : 1
        let filled = Int(share * 24)
        let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: 24 - filled)
        let seconds = max(0.001, secondsPassed)
        let left = share > 0 ? seconds / share - seconds : 0
        return "\(title) \(bar) \(Int(share * 100)) %  \(rows) rows  \(Int(Double(rows) / seconds))/s  "
            + (share < 1 ? "\(Self.clockTime(left)) left" : Self.clockTime(seconds))
    }

    private static func clockTime(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.up))
        let tail = whole % 60 < 10 ? "0\(whole % 60)" : "\(whole % 60)"
        return "\(whole / 60):\(tail)"
    }
}
