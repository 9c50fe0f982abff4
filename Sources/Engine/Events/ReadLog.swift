import Records
import Store
import Synchronization

/// Reports of reads on their way into the database: gathered, then written many at a time behind everybody's back, so that
/// a read costs no transaction and nobody waits for one.
final class ReadLog: Sendable {
    private struct State {
        var waiting: [ReadReport] = []
        /// Taken by a transaction that is not yet over.
        var taken: [ReadReport] = []
        /// Whether a transaction is queued or runs.
        var isWriting = false

        mutating func take(_ count: Int) -> [ReadReport] {
            let batch = Array(waiting.prefix(count))
            waiting.removeFirst(batch.count)
            return batch
        }
    }

    private let store: any Store
    private let state = Mutex(State())

    /// A transaction is begun when so many wait: what a crash may lose at most, beside what is being written.
    static let batchMin = 256
    /// And takes as many as have come until it is its turn.
    static let batchMax = 4096
    /// More than this means that the log cannot keep up, or cannot be written: then readers wait for it.
    static let waitingMax = 65_536

    init(store: any Store) { self.store = store }

    /// Takes a report. Never waits; ``flushIfFull()`` does.
    func append(_ report: ReadReport) {
        let isDue = state.withLock { state in
            // The parts of an export follow each other, or those of a few others that run at the same time.
            if report.kind == .export {
                for place in state.waiting.indices.suffix(8) where state.waiting[place].extend(by: report) {
                    return false
                }
            }
            state.waiting.append(report)
            guard state.waiting.count >= Self.batchMin, !state.isWriting else { return false }
            state.isWriting = true
            return true
        }
        if isDue { writeSoon() }
    }

    /// Whether the log cannot keep up, so that readers wait for it.
    var isFull: Bool { state.withLock { $0.waiting.count + $0.taken.count >= Self.waitingMax } }

    /// Waits for the log when it cannot keep up. To be called where waiting is possible, after an answer was given.
    func flushIfFull() async throws {
        if isFull { try await flush() }
    }

    /// Takes out the reports that have waited longest.
    func take(_ count: Int) -> [ReadReport] {
        state.withLock { $0.take(count) }
    }

    /// Writes all that is waiting. What cannot be written goes on waiting.
    func flush() async throws {
        while true {
            let batch = take(Self.batchMax)
            if batch.isEmpty && !state.withLock({ $0.isWriting }) { return }
            do {
                // Behind the one that runs: what that could not write waits again, and is next.
                try await store.write { try Self.write(batch, $0) }
            } catch {
                state.withLock { $0.waiting.insert(contentsOf: batch, at: 0) }
                throw error
            }
        }
    }

    private func writeSoon() {
        store.writeSoon { connection in
            let batch = self.state.withLock { state in
                // In one step: a report is always among those that wait or those that were taken.
                state.taken = state.take(Self.batchMax)
                return state.taken
            }
            try Self.write(batch, connection)
        } ended: { error in
            self.state.withLock { state in
                if error != nil { state.waiting.insert(contentsOf: state.taken, at: 0) }
                state.taken = []
                state.isWriting = false
            }
        }
    }

    private static func write(_ batch: [ReadReport], _ connection: any Connection) throws {
        var next = try connection.first("SELECT coalesce(max(id), 0) + 1 FROM az_access") { $0.int64(0) } ?? 1
        let access = try connection.prepare(
            """
            INSERT INTO az_access (id, at, "user", application, purpose, kind, object, query, count, first, last, ids)
            VALUES (\(.null), \(.null), \(.null), \(.null), \(.null), \(.null), \(.null), \(.null), \(.null), \(.null), \
            \(.null), \(.null))
            """
        )
        let record = try connection.prepare(
            "INSERT INTO az_access_record (record, access) VALUES (\(.null), \(.null)) ON CONFLICT DO NOTHING"
        )
        for report in batch {
            var (first, last, ids): (Value, Value, Value) = (.null, .null, .null)
            switch report.shown {
            case .ids(let shown) where shown.count <= ReadReport.singlesMax:
                for id in shown { try record.run([.id(id), .integer(next)]) }
            case .ids(let shown):
                (first, last) = (shown.min().map { .id($0) } ?? .null, shown.max().map { .id($0) } ?? .null)
                ids = .bytes(PackedIDs.pack(shown))
            case .range(let range, _):
                (first, last) = (.id(range.lowerBound), .id(range.upperBound))
            }
            try access.run([
                .integer(next), .datetime(report.at), .id(report.user), .text(report.application),
                .text(report.purpose), .integer(report.kind.rawValue), .text(report.object),
                report.queryHash.map { .bytes($0) } ?? .null, .integer(Int64(report.count)), first, last, ids,
            ])
            next += 1
        }
    }
}
