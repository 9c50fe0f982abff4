import Records
import Synchronization
import Testing

@testable import Store

/// Threads that are started as jobs need them.
struct JobQueueTests {
    final class Tool: Sendable {}

    /// Counts what was made and let go, and gives out nothing at first where it is told so.
    final class Maker: Sendable {
        let made = Atomic(0)
        let gone = Atomic(0)
        let done = Atomic(0)
        let failures: Atomic<Int>

        init(failures: Int = 0) { self.failures = Atomic(failures) }

        func make() throws -> Tool {
            if failures.load(ordering: .relaxed) > 0 {
                failures.subtract(1, ordering: .relaxed)
                throw PlatformError(.serverUnavailable, "not yet")
            }
            made.add(1, ordering: .relaxed)
            return Tool()
        }
    }

    private static func queue(_ maker: Maker, upTo count: Int) -> JobQueue<Tool> {
        let queue = JobQueue<Tool>(longMax: 1)
        queue.serve(upTo: count) {
            try maker.make()
        } letGo: { _ in
            maker.gone.add(1, ordering: .relaxed)
        }
        return queue
    }

    private static func run(_ queue: JobQueue<Tool>) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            queue.add(
                JobQueue.Job(isLong: false) { _ in
                    continuation.resume()
                } refuse: {
                    continuation.resume(throwing: $0)
                })
        }
    }

    @Test func `jobs one after the other need one thread, jobs at once no more than there may be`() async throws {
        let maker = Maker()
        let queue = Self.queue(maker, upTo: 3)
        #expect(maker.made.load(ordering: .relaxed) == 0)
        try await Self.run(queue)
        #expect(maker.made.load(ordering: .relaxed) == 1)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask { [queue, maker] in
                    try? await Self.run(queue)
                    maker.done.add(1, ordering: .relaxed)
                }
            }
        }
        #expect(maker.done.load(ordering: .relaxed) == 200)
        #expect((1...3).contains(maker.made.load(ordering: .relaxed)))
        queue.close()
        await queue.ended()
        #expect(maker.gone.load(ordering: .relaxed) == maker.made.load(ordering: .relaxed))
        await #expect(throws: PlatformError(.serverUnavailable, "")) { try await Self.run(queue) }
    }

    @Test func `a job that gets nothing to work with is refused, and the next one is served`() async throws {
        let maker = Maker(failures: 2)
        let queue = Self.queue(maker, upTo: 2)
        for _ in 0..<2 { await #expect(throws: PlatformError(.serverUnavailable, "")) { try await Self.run(queue) } }
        try await Self.run(queue)
        #expect(maker.made.load(ordering: .relaxed) == 1)
        queue.close()
        await queue.ended()
    }

    /// Many times over: threads that go at once must not each leave the rest to the other.
    @Test(arguments: 1...100) func `where nothing can be made, all jobs that wait are refused, and none is left`(
        time: Int
    ) async throws {
        let maker = Maker(failures: 1_000_000)
        let queue = Self.queue(maker, upTo: 2)
        let refused = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<300 {
                group.addTask { [queue] in
                    do { try await Self.run(queue) } catch { return true }
                    return false
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(refused == 300)
        // A thread that got nothing does not wait for a job to refuse.
        maker.failures.store(0, ordering: .relaxed)
        for _ in 0..<20 { try await Self.run(queue) }
        queue.close()
        await queue.ended()
    }
}
