import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Records
import Testing

/// A server whose connections are worked on by their own event loops, over real sockets.
@Suite(.timeLimit(.minutes(5))) struct LoopChannelTests {
    private static let row = "/services/data/v60.0/sobjects/Contact/003000000000001AAA"

    private func application() -> some ApplicationProtocol {
        let router = Router(context: EdgeContext.self)
        router.get("**") { _, _ in
            Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: Self.threadName())))
        }
        router.post("**") { request, _ in
            let bytes = try await request.bytes(upTo: 1 << 20)
            return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        }
        let door = FrontDoor(
            router: router.buildResponder(), engine: nil, forms: [],
            address: PublicAddress(isTLS: false, trustedPeers: []),
            usage: RequestUsage(environment: .system), environment: .system,
            short: { row, _, _ in
                Response(
                    status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: Self.threadName() + row.object)))
            }
        )
        return Application(
            responder: door, server: .loops(configuration: .init()),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0))
        )
    }

    private static func threadName() -> String {
        (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? ""
    }

    @Test(arguments: [
        (row, true), (row + "?fields=Id", true), ("/services/data/v60.0/sobjects/Contact/003000000000001", true),
        ("/services/data/v60.0/query?q=SELECT+Id+FROM+Contact", false),
        ("/services/data/v60.0/sobjects/Contact/describe", false), ("/services/data/v60.0/sobjects", false),
        (row + "/Account", false), ("/contacts/003000000000001AAA", false),
        ("/services/data/v60.0/sobjects/Con%74act/003000000000001AAA", false),
    ])
    func `only one row by its id is answered on the event loop`(path: String, isOnLoop: Bool) async throws {
        try await application().test(.live) { client in
            let answer = try await client.execute(uri: path, method: .get)
            #expect(answer.status == .ok)
            #expect(String(buffer: answer.body).hasPrefix("NIO") == isOnLoop, "\(String(buffer: answer.body))")
        }
    }

    @Test func `answers come whole, also of large bodies and on connections that close`() async throws {
        try await application().test(.live) { client in
            let body = ByteBuffer(repeating: UInt8(ascii: "x"), count: 600_000)
            for _ in 0..<5 {
                #expect(try await client.execute(uri: "/services/echo", method: .post, body: body).body == body)
                #expect(try await client.execute(uri: Self.row, method: .get).status == .ok)
            }
            let last = try await client.execute(uri: Self.row, method: .get, headers: [.connection: "close"])
            #expect(last.status == .ok && String(buffer: last.body).hasPrefix("NIO"))
        }
    }
}
