import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The files that pages link to. Each link carries a hash of the content, so that browsers may keep the file for ever.
struct Assets: Sendable {
    /// Where each file is, as templates read it.
    let links: AssetLinks
    private let files: [String: File]

    private struct File: Sendable {
        let type: String
        let bytes: ByteBuffer
    }

    /// - Parameter folder: the resources: `styles`, `scripts`, `icons`.
    init(folder: URL) throws {
        let styles = try FileManager.default
            .contentsOfDirectory(at: folder.appending(path: "styles"), includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "css" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        var stylesheet = Data()
        for style in styles { stylesheet += try Data(contentsOf: style) }

        var files: [String: File] = [:]
        func keep(_ data: Data, _ name: String, _ ending: String, _ type: String) -> String {
            let path = "\(name)-\(Self.hash(data)).\(ending)"
            files[path] = File(type: type, bytes: ByteBuffer(bytes: data))
            return "/assets/\(path)"
        }
        let scripts = try FileManager.default
            .contentsOfDirectory(at: folder.appending(path: "scripts"), includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "js" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        func read(_ path: String) throws -> Data { try Data(contentsOf: folder.appending(path: path)) }
        links = AssetLinks(
            stylesheet: keep(stylesheet, "azukari", "css", "text/css; charset=utf-8"),
            scripts: try scripts.map { script in
                keep(
                    try Data(contentsOf: script), script.deletingPathExtension().lastPathComponent, "js",
                    "text/javascript; charset=utf-8"
                )
            },
            icons: keep(try read("icons/icons.svg"), "icons", "svg", "image/svg+xml"),
            favicon: keep(try read("icons/favicon.svg"), "favicon", "svg", "image/svg+xml")
        )
        self.files = files
    }

    /// The file of that name; nil when there is none, as with a link of an earlier version.
    func response(_ name: String) -> Response? {
        guard let file = files[name] else { return nil }
        return Response(
            status: .ok,
            headers: [.contentType: file.type, .cacheControl: "public, max-age=31536000, immutable"],
            body: ResponseBody(byteBuffer: file.bytes)
        )
    }

    /// FNV-1a with 64 bits: it names a version of a file, nothing depends on its strength.
    private static func hash(_ data: Data) -> String {
        let hash = data.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        return String(hash, radix: 36)
    }
}

/// The addresses of the assets.
struct AssetLinks: Sendable {
    let stylesheet: String
    /// A module for each thing that improves a page; pages work without them.
    let scripts: [String]
    let icons: String
    let favicon: String
}
