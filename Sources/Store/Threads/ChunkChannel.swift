import Records

/// Chunks of what is read from a thread to a task, at most a few ahead of it.
final class ChunkChannel<Chunk: Sendable>: Sendable {
    private struct State {
        var chunks = Line<Chunk>()
        var isEnded = false
        var failure: (any Error)?
        var isAbandoned = false
        var consumer: CheckedContinuation<Chunk?, any Error>?
    }

    /// Chunks ahead of the consumer. One is being sent, one is ready, the rest bridge a hiccup.
    private let aheadMax = 4
    /// A consumer that takes nothing for so long is given up: it would keep a connection from the others.
    private let stallSecondsMax = 60

    private enum Sending { case handed(CheckedContinuation<Chunk?, any Error>?), abandoned }
    private enum Taking { case chunk(Chunk), end((any Error)?), wait }

    private let monitor = Monitor(State())

    /// Hands a chunk over; blocks while the consumer is slow. Throws when it went away.
    func send(_ chunk: Chunk) throws {
        let step: Sending? = monitor.wait(atMost: stallSecondsMax) { state in
            if state.isAbandoned { return .abandoned }
            if let consumer = state.consumer {
                state.consumer = nil
                return .handed(consumer)
            }
            guard state.chunks.count < aheadMax else { return nil }
            state.chunks.append(chunk)
            return .handed(nil)
        }
        switch step {
        case .handed(let consumer): consumer?.resume(returning: chunk)
        case .abandoned: throw CancellationError()
        case nil:
            throw PlatformError(
                .queryTimeout,
                "The result was not read for \(stallSecondsMax) seconds. Ask again and read it without a pause."
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
    func next() async throws -> Chunk? {
        try await withCheckedThrowingContinuation { continuation in
            let step: Taking = monitor.withLock { state in
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
