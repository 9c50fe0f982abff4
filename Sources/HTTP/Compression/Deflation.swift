import CZlib
import Hummingbird
import NIOCore

extension ResponseBody {
    /// The same in gzip (RFC 1952), made in the pool of threads as it is sent.
    func deflated() -> ResponseBody {
        ResponseBody { writer in try await self.write(DeflatingWriter(base: writer)) }
    }
}

private struct DeflatingWriter: ResponseBodyWriter {
    var base: any ResponseBodyWriter
    let deflation = Deflation()

    mutating func write(_ buffer: ByteBuffer) async throws {
        let made = await made(of: buffer, isLast: false)
        if made.readableBytes > 0 { try await base.write(made) }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        let last = await made(of: ByteBuffer(), isLast: true)
        if last.readableBytes > 0 { try await base.write(last) }
        try await base.finish(trailingHeaders)
    }

    /// The connection's event loop has others to serve.
    private func made(of buffer: ByteBuffer, isLast: Bool) async -> ByteBuffer {
        await withTaskExecutorPreference(globalConcurrentExecutor) { deflation.add(buffer, isLast: isLast) }
    }
}

/// zlib's stream on its way in. Used by one writer, whose calls come one after the other.
private final class Deflation: @unchecked Sendable {
    private let stream: UnsafeMutablePointer<z_stream>

    /// Answers are made while somebody waits: the quickest takes most of what the best would.
    private static let level: Int32 = 1
    private static let bytesAtOnce = 32 * 1024

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = azukari_deflateInit2(stream, Self.level, 15 + 16)
        precondition(status == Z_OK, "zlib has no memory")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    func add(_ buffer: ByteBuffer, isLast: Bool) -> ByteBuffer {
        var (input, out) = (buffer, ByteBuffer())
        input.withUnsafeMutableReadableBytes { bytes in
            stream.pointee.next_in = bytes.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_in = UInt32(bytes.count)
            repeat {
                out.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.bytesAtOnce) { room in
                    stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
                    stream.pointee.avail_out = UInt32(Self.bytesAtOnce)
                    _ = deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
                    return Self.bytesAtOnce - Int(stream.pointee.avail_out)
                }
            } while stream.pointee.avail_out == 0
        }
        return out
    }
}
