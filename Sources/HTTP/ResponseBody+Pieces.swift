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

    /// A body of parts with commas between them, never put together: it is sent while it is copied.
    public static func list(_ parts: [[UInt8]], behind head: [UInt8], before tail: [UInt8]) -> ResponseBody {
        let commas = max(parts.count - 1, 0)
        let count = parts.reduce(head.count + tail.count + commas) { $0 + $1.count }
        return ResponseBody(contentLength: count) { writer in
            var buffer = ByteBuffer()
            buffer.reserveCapacity(Swift.min(count, listBytesAtOnce * 2))
            buffer.writeBytes(head)
            for (place, part) in parts.enumerated() {
                if place > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
                buffer.writeBytes(part)
                guard buffer.readableBytes >= listBytesAtOnce else { continue }
                try await writer.write(buffer)
                buffer = ByteBuffer()
                buffer.reserveCapacity(listBytesAtOnce * 2)
            }
            buffer.writeBytes(tail)
            try await writer.write(buffer)
            try await writer.finish(nil)
        }
    }

    private static let listBytesAtOnce = 48 * 1024
}
