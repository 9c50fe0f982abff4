import CZlib
import Hummingbird
import NIOCore
import Records

/// A body in gzip (RFC 1952) or zlib's form (RFC 1950, which HTTP calls deflate), as it was before. Taken as it comes, and never
/// further than somebody asks: a small body that stands for a large one costs a small buffer.
struct InflatedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let base: RequestBody
    let bytesMax: Int

    func makeAsyncIterator() -> Iterator { Iterator(base.makeAsyncIterator(), bytesMax) }

    struct Iterator: AsyncIteratorProtocol {
        private var base: RequestBody.AsyncIterator
        private let bytesMax: Int
        private let inflation = Inflation()
        private var input = ByteBuffer()
        private var count = 0

        init(_ base: RequestBody.AsyncIterator, _ bytesMax: Int) {
            self.base = base
            self.bytesMax = bytesMax
        }

        mutating func next() async throws -> ByteBuffer? {
            while true {
                if input.readableBytes == 0 {
                    guard let more = try await base.next() else {
                        // What ends before its end is not taken for the whole.
                        if inflation.isInside { throw Inflation.broken }
                        return nil
                    }
                    input = more
                    continue
                }
                let made = try inflation.next(of: &input)
                guard made.readableBytes > 0 else { continue }
                count += made.readableBytes
                guard count <= bytesMax else { throw RefusedRequest.bodyTooLarge }
                return made
            }
        }
    }
}

/// zlib's stream on its way out.
private final class Inflation {
    private let stream: UnsafeMutablePointer<z_stream>
    /// Whether a member has begun and not ended. A body without a byte is no member.
    private(set) var isInside = true

    private static let bytesAtOnce = 64 * 1024

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // Both forms, told apart by their first bytes.
        let status = azukari_inflateInit2(stream, 15 + 32)
        precondition(status == Z_OK, "zlib has no memory")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// At most so many bytes of what the input stands for; none when it takes more to tell.
    func next(of input: inout ByteBuffer) throws -> ByteBuffer {
        // Members may follow one another (RFC 1952, section 2.2).
        if !isInside {
            inflateReset(stream)
            isInside = true
        }
        var out = ByteBufferAllocator().buffer(capacity: Self.bytesAtOnce)
        var status = Z_OK
        try input.readWithUnsafeMutableReadableBytes { bytes in
            stream.pointee.next_in = bytes.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_in = UInt32(bytes.count)
            out.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.bytesAtOnce) { room in
                stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_out = UInt32(Self.bytesAtOnce)
                status = inflate(stream, Z_NO_FLUSH)
                return Self.bytesAtOnce - Int(stream.pointee.avail_out)
            }
            guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { throw Self.broken }
            return bytes.count - Int(stream.pointee.avail_in)
        }
        if status == Z_STREAM_END { isInside = false }
        return out
    }

    static let broken = RefusedRequest(
        status: .badRequest,
        error: PlatformError(
            .invalidOperation, "The body is not whole, or is not compressed as Content-Encoding says."))
}
