import ArgumentParser
import Foundation
import Hummingbird

/// The reference for the speed of reads: an HTTP server that does nothing but send the same bytes.
struct BareServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serve the bytes of one file on loopback, for any path.")

    @Argument(help: "The file whose bytes are sent.")
    var file: String

    @Option(help: "Where to write {\"url\"} once it serves.")
    var ready: String

    func run() async throws {
        let body = ByteBuffer(bytes: try Data(contentsOf: URL(fileURLWithPath: file)))
        let router = Router()
        router.get("**") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json;charset=UTF-8"],
                body: ResponseBody(byteBuffer: body)
            )
        }
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                try? Data(#"{"url":"http://127.0.0.1:\#(port)"}"#.utf8).write(to: URL(fileURLWithPath: ready))
            }
        )
        try await application.runService()
    }
}
