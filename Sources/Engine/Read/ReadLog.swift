import Synchronization

/// Reports of reading, held until somebody writes them down.
final class ReadLog: Sendable {
    private let held: Mutex<[ReadReport]> = Mutex([])

    func append(_ report: ReadReport) { held.withLock { $0.append(report) } }

    /// Takes what has come since the last call.
    func drain() -> [ReadReport] {
        held.withLock { reports in
            defer { reports.removeAll(keepingCapacity: true) }
            return reports
        }
    }
}
