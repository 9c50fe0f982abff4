public import Hummingbird
import Synchronization

extension ResponseBody {
    /// A body of pieces that `next` makes, one after the other, until it answers nil: in the pool of threads, since the
    /// connection's event loop has others to serve.
    public static func pieces<State: Sendable>(
        from state: State, _ next: @escaping @Sendable (inout State) throws -> [UInt8]?
    ) -> ResponseBody {
        ResponseBody { writer in
            let held = Mutex(state)
            while true {
                let bytes = try await withTaskExecutorPreference(globalConcurrentExecutor) {
                    try held.withLock { try next(&$0) }
                }
                guard let bytes else { break }
                try await writer.write(ByteBuffer(bytes: bytes))
            }
            try await writer.finish(nil)
        }
    }
}
