/// The consumer's end of a stream: begins with the first chunk asked for, and lets go of the reader when it is dropped.
final class Reading<Chunk: Sendable>: Sendable {
    private let channel = ChunkChannel<Chunk>()
    private let ticket = Ticket(interrupts: true)
    private let begin: @Sendable () -> Void
    private let hasBegun = Monitor(false)

    init<Owned: PooledConnection>(
        of queue: JobQueue<Owned>,
        _ body: @escaping @Sendable (any Connection, _ emit: (Chunk) throws -> Void) throws -> Void
    ) {
        let (channel, ticket) = (channel, ticket)
        begin = {
            queue.add(
                JobQueue.Job(isLong: true) { connection in
                    let result = Result {
                        try ticket.use(connection) { try $0.inReading { try body($0, channel.send) } }
                    }
                    if case .failure(let error) = result { channel.finish(error) } else { channel.finish(nil) }
                } refuse: {
                    channel.finish($0)
                }
            )
        }
    }

    deinit { stop() }

    func next() async throws -> Chunk? {
        let isFirst = hasBegun.withLock { hasBegun in
            defer { hasBegun = true }
            return !hasBegun
        }
        if isFirst { begin() }
        return try await withTaskCancellationHandler {
            try await channel.next()
        } onCancel: {
            stop()
        }
    }

    private func stop() {
        channel.abandon()
        ticket.cancel()
    }
}
