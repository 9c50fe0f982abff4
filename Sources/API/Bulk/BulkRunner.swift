public import Engine
import Loading
import Records
import Synchronization

/// Carries out the batches of bulk jobs, as long as ``run()`` does: two users' rows and two users' queries at a time.
///
/// What a process was doing when it ended is taken up by the next, or by another that serves the same organisation.
public final class BulkRunner: Sendable {
    private let engine: Engine
    private let report: @Sendable (any Error) -> Void
    private let bell = Bell()

    private static let workersOfAKind = 2
    /// Others may have left something behind: a look costs one read.
    private static let pause: Duration = .seconds(5)

    /// - Parameter report: Gets what kept a batch from being carried out, which is tried again.
    public init(engine: Engine, report: @escaping @Sendable (any Error) -> Void) {
        self.engine = engine
        self.report = report
    }

    /// Tells the workers that there is something to do.
    @Sendable public func wake() { bell.ring() }

    /// Works until the task is cancelled. A batch in hand is left where it is, each of its rows written with its outcome or not.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.workersOfAKind {
                for queries in [true, false] { group.addTask { await self.work(queries: queries) } }
            }
            group.addTask { await self.ringFromTimeToTime() }
        }
        bell.end()
    }

    private func ringFromTimeToTime() async {
        while (try? await Task.sleep(for: Self.pause)) != nil { bell.ring() }
        bell.end()
    }

    private func work(queries: Bool) async {
        for await _ in bell.rings() {
            do {
                while !Task.isCancelled, let work = try await engine.takeWork(queries: queries) {
                    // Its user has more, or somebody else.
                    bell.ring()
                    try await carryOut(work)
                }
            } catch is CancellationError {
                return
            } catch {
                report(error)
            }
            if Task.isCancelled { return }
        }
    }

    /// - Throws: What may pass: the batch is taken up again.
    private func carryOut(_ work: BulkWork) async throws {
        do {
            if work.job.operation.isQuery {
                let found = try await QueryRun(work).run()
                try await work.end(found == nil ? .passedOver : .completed, result: found)
            } else {
                try await IngestRun(work).run()
                try await work.end(.completed)
            }
        } catch is BatchStopped {
            work.leave()
        } catch {
            guard let message = Self.message(of: error) else {
                work.leave()
                throw error
            }
            try await work.end(.failed, message: message)
        }
    }

    /// What is told of a batch that failed for good; nil when it may go on another time.
    private static func message(of error: any Error) -> String? {
        switch error {
        case let fault as BatchFault: fault.message
        case let error as PlatformError:
            switch error.code {
            case .serverUnavailable, .unableToLockRow: nil
            case .invalidField where !error.message.contains("ERROR at Row"):
                "InvalidBatch : Field name not found : \(error.fields.joined(separator: ", "))"
            case .unknownException: "InternalServerError : \(error.message)"
            default: "InvalidBatch : \(error.message)"
            }
        case is CancellationError: nil
        default: "InternalServerError : The batch could not be carried out."
        }
    }
}

/// Wakes whoever waits for it; rings while nobody waits are one ring.
private final class Bell: Sendable {
    private struct State {
        var ears: [AsyncStream<Void>.Continuation] = []
        var isOver = false
    }

    private let state = Mutex(State())

    func ring() { for ear in state.withLock({ $0.ears }) { ear.yield() } }

    func end() {
        let ears = state.withLock { state in
            state.isOver = true
            return state.ears
        }
        for ear in ears { ear.finish() }
    }

    /// Begins with one.
    func rings() -> AsyncStream<Void> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            continuation.yield()
            let isOver = state.withLock { state in
                state.ears.append(continuation)
                return state.isOver
            }
            if isOver { continuation.finish() }
        }
    }
}
