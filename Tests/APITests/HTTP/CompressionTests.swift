import HTTP
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Records
import Testing

/// Bodies in gzip, both ways.
struct CompressionTests {
    private static let text = String(repeating: #"{"LastName":"佐藤","City":"大阪"},"#, count: 20_000)

    private func run(_ body: @Sendable @escaping (any TestClientProtocol) async throws -> Void) async throws {
        let router = Router(context: EdgeContext.self)
        @Sendable func respond(_ text: String, _ type: String) -> Response {
            Response(
                status: .ok, headers: [.contentType: type],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
        router.resource(
            "services/data/echo",
            get: { _, _ in respond(Self.text, "application/json;charset=UTF-8") },
            post: { request, _ in
                respond(String(decoding: try await request.bytes(upTo: 2_000_000), as: UTF8.self), "text/plain")
            }
        )
        router.resource("services/data/small", get: { _, _ in respond("{}", "application/json") })
        router.resource("services/data/file", get: { _, _ in respond(Self.text, "application/octet-stream") })
        router.resource("page", get: { _, _ in respond(Self.text, "text/html") })
        let door = FrontDoor(
            router: router.buildResponder(), engine: nil, forms: [RESTErrorForm()],
            address: PublicAddress(isTLS: false, trustedPeers: []), usage: RequestUsage(environment: .system),
            environment: .system)
        try await Application(responder: door).test(.router) { try await body($0) }
    }

    private func get(
        _ client: any TestClientProtocol, _ uri: String, _ accepted: String, _ method: HTTPRequest.Method = .get
    ) async throws -> TestResponse {
        try await client.execute(uri: uri, method: method, headers: [.acceptEncoding: accepted])
    }

    private func post(
        _ client: any TestClientProtocol, _ body: ByteBuffer, _ coding: String = "gzip"
    ) async throws -> TestResponse {
        try await client.execute(
            uri: "/services/data/echo", method: .post, headers: [.contentEncoding: coding], body: body)
    }

    @Test func `an answer comes compressed to who takes that, and is taken back as it was`() async throws {
        try await run { client in
            let answer = try await get(client, "/services/data/echo", "deflate, gzip;q=0.5")
            #expect(answer.headers[.contentEncoding] == "gzip")
            #expect(answer.headers[.vary] == "Accept-Encoding")
            #expect(answer.body.readableBytes < Self.text.utf8.count / 20)
            let back = try await post(client, answer.body)
            #expect(back.status == .ok)
            #expect(String(buffer: back.body) == Self.text)
            // Two members are one body.
            let short = try await get(client, "/services/data/echo", "*")
            var twice = short.body
            twice.writeImmutableBuffer(short.body)
            let both = try await post(client, twice, "x-gzip")
            #expect(both.body.readableBytes == 2 * Self.text.utf8.count)
        }
    }

    @Test(arguments: [
        ("/services/data/echo", "gzip;q=0", HTTPRequest.Method.get), ("/services/data/echo", "br", .get),
        ("/services/data/echo", "gzip", .head), ("/services/data/small", "gzip", .get),
        ("/services/data/file", "gzip", .get), ("/page", "gzip", .get),
    ])
    func `other answers come as they are`(uri: String, accepted: String, method: HTTPRequest.Method) async throws {
        try await run { client in
            let answer = try await get(client, uri, accepted, method)
            #expect(answer.status == .ok)
            #expect(answer.headers[.contentEncoding] == nil)
        }
    }

    @Test func `what is cut off, garbled or otherwise coded is refused`() async throws {
        try await run { client in
            let whole = try await get(client, "/services/data/echo", "gzip").body
            for count in [0, 1, 12, whole.readableBytes / 2, whole.readableBytes - 1] {
                let cut = try await post(client, try #require(whole.getSlice(at: whole.readerIndex, length: count)))
                #expect(cut.status == .badRequest, "\(count) of \(whole.readableBytes) bytes")
            }
            #expect(try await post(client, ByteBuffer(string: "{}")).status == .badRequest)
            for coding in ["br", "gzip, gzip", "aes128gcm"] {
                let answer = try await post(client, whole, coding)
                #expect(answer.status == .unsupportedMediaType)
                #expect(answer.headers[.acceptEncoding] == "gzip, deflate")
            }
        }
    }

    @Test func `a small body that stands for more than a resource takes is refused`() async throws {
        try await run { client in
            var large = ByteBuffer()
            for _ in 0..<2 { large.writeImmutableBuffer(try await get(client, "/services/data/echo", "gzip").body) }
            #expect(large.readableBytes < 100_000)
            #expect(try await post(client, large).status == .ok)
            large.writeImmutableBuffer(large)
            #expect(try await post(client, large).status == .contentTooLarge)
        }
    }
}
