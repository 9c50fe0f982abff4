import Records
import Store
import Synchronization

/// Reports of reads on their way into the database: gathered, then written many at a time, so that a read costs no
/// transaction of its own.
final class ReadLog: Sendable {
    private let store: any Store
    private let waiting = Mutex<[ReadReport]>([])

    /// As many reports as one transaction takes.
    static let batchMax = 256

    init(store: any Store) { self.store = store }

    /// Takes a report. Never waits; ``flushIfDue()`` or ``flush()`` writes it.
    func append(_ report: ReadReport) {
        waiting.withLock { waiting in
            // The parts of an export follow each other, or those of a few others that run at the same time.
            for place in waiting.indices.suffix(8) where waiting[place].extend(by: report) { return }
            waiting.append(report)
        }
    }

    /// Writes when a batch is full. To be called where waiting is possible, after an answer was given.
    func flushIfDue() async throws {
        if waiting.withLock({ $0.count >= Self.batchMax }) { try await flush() }
    }

    /// Takes out the reports that have waited longest.
    func take(_ count: Int) -> [ReadReport] {
        waiting.withLock { waiting in
            let batch = Array(waiting.prefix(count))
            waiting.removeFirst(batch.count)
            return batch
        }
    }

    /// Writes all that is waiting. What cannot be written goes on waiting.
    func flush() async throws {
        while true {
            let batch = take(Self.batchMax)
            if batch.isEmpty { return }
            do {
                try await store.write { try Self.write(batch, $0) }
            } catch {
                waiting.withLock { $0.insert(contentsOf: batch, at: 0) }
                throw error
            }
        }
    }

    private static func write(_ batch: [ReadReport], _ connection: any Connection) throws {
        var next = try connection.first("SELECT coalesce(max(id), 0) + 1 FROM az_access") { $0.int64(0) } ?? 1
        let access = try connection.prepare(
            """
            INSERT INTO az_access (id, at, user, application, purpose, kind, object, query, count, first, last, ids)
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
