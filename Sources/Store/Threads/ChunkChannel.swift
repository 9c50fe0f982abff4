import Records

/// Chunks of bytes from a thread to a task, at most a few ahead of it.
final class ChunkChannel: Sendable {
    private struct State {
        var chunks = Line<[UInt8]>()
        var isEnded = false
        var failure: (any Error)?
        var isAbandoned = false
        var consumer: CheckedContinuation<[UInt8]?, any Error>?
    }

    /// Chunks ahead of the consumer. One is being sent, one is ready, the rest bridge a hiccup.
    private static let aheadMax = 4
    /// A consumer that takes nothing for so long is given up: it would keep a connection from the others.
    private static let stallSecondsMax = 60

    private let monitor = Monitor(State())

    /// Hands a chunk over; blocks while the consumer is slow. Throws when it went away.
    func send(_ chunk: [UInt8]) throws {
        enum Step { case handed(CheckedContinuation<[UInt8]?, any Error>?), abandoned }
        let step: Step? = monitor.wait(atMost: Self.stallSecondsMax) { state in
            if state.isAbandoned { return .abandoned }
            if let consumer = state.consumer {
                state.consumer = nil
                return .handed(consumer)
            }
            guard state.chunks.count < Self.aheadMax else { return nil }
            state.chunks.append(chunk)
            return .handed(nil)
        }
        switch step {
        case .handed(let consumer): consumer?.resume(returning: chunk)
        case .abandoned: throw CancellationError()
        case nil:
            throw PlatformError(
                .queryTimeout,
                "The result was not read for \(Self.stallSecondsMax) seconds. Ask again and read it without a pause."
            )
        }
    }

    /// No more chunks come; with an error, the consumer gets it after the chunks that wait.
    func finish(_ failure: (any Error)?) {
        let consumer = monitor.withLock { state in
            state.isEnded = true
            state.failure = failure
            defer { state.consumer = nil }
            return state.consumer
        }
        if let failure { consumer?.resume(throwing: failure) } else { consumer?.resume(returning: nil) }
    }

    /// The consumer wants no more; a blocked producer is woken.
    func abandon() {
        let consumer = monitor.withLock { state in
            state.isAbandoned = true
            defer { state.consumer = nil }
            return state.consumer
        }
        monitor.broadcast()
        consumer?.resume(throwing: CancellationError())
    }

    /// The next chunk; nil at the end.
    func next() async throws -> [UInt8]? {
        try await withCheckedThrowingContinuation { continuation in
            enum Step { case chunk([UInt8]), end((any Error)?), wait }
            let step: Step = monitor.withLock { state in
                if let chunk = state.chunks.popFirst() { return .chunk(chunk) }
                if state.isAbandoned { return .end(CancellationError()) }
                if state.isEnded {
                    defer { state.failure = nil }
                    return .end(state.failure)
                }
                state.consumer = continuation
                return .wait
            }
            switch step {
            case .chunk(let chunk):
                monitor.signal()
                continuation.resume(returning: chunk)
            case .end(let failure?): continuation.resume(throwing: failure)
            case .end(nil): continuation.resume(returning: nil)
            case .wait: break
            }
        }
    }
}
