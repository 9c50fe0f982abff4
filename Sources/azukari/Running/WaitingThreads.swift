import Foundation

/// Runs tasks on threads that may wait, for a slow terminal or a file: as many as there is work for at a time. One that
/// finds none for a while ends.
final class WaitingThreads: TaskExecutor, @unchecked Sendable {
    private let condition = NSCondition()
    // Behind the condition.
    private var jobs: [UnownedJob] = []
    private var idle = 0

    private static let idleSecondsMax: TimeInterval = 10

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.withLock {
            jobs.append(job)
            if idle >= jobs.count { condition.signal() } else { Thread.detachNewThread { self.work() } }
        }
    }

    private func work() {
        while let job = next() { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    private func next() -> UnownedJob? {
        condition.withLock {
            while jobs.isEmpty {
                idle += 1
                let isWoken = condition.wait(until: Date(timeIntervalSinceNow: Self.idleSecondsMax))
                idle -= 1
                if !isWoken, jobs.isEmpty { return nil }
            }
            return jobs.removeFirst()
        }
    }
}
