import Formats
import Foundation
import Logging

/// The file by which another program learns that the server serves, and where.
struct ReadyFile: Sendable {
    /// Nil: nobody asked for it.
    let path: String?
    /// A JSON file whose members are told as well: the login of a demonstration.
    let members: String?
    /// The authority that clients must trust, as a PEM file.
    let authority: String?
    let scheme: String
    let host: String

    /// Writes the file whole or not at all: who waits for it must not read half of it.
    func serving(on port: Int?, logger: Logger) {
        let url = "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port ?? 0)"
        logger.notice("serving", metadata: ["url": "\(url)"])
        guard let path else { return }
        do {
            var json = JSONWriter(isIndented: true)
            let told = try self.told()
            json.object { json in
                json.member("url", url)
                if let authority { json.member("ca", authority) }
                for member in told where !["url", "ca"].contains(member.name) {
                    json.key(member.name)
                    json.tree(member.value)
                }
            }
            // It may hold the login of a demonstration: readable by its owner only, from the first byte.
            let temporary = path + ".part"
            guard
                FileManager.default.createFile(
                    atPath: temporary, contents: Data(json.bytes), attributes: [.posixPermissions: 0o600]
                )
            else { throw CocoaError(.fileWriteUnknown) }
            guard rename(temporary, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
        } catch {
            logger.error("the ready file could not be written", metadata: ["path": "\(path)"])
        }
    }

    private func told() throws -> [JSONMember] {
        guard let members else { return [] }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: members))
        return try JSONValue(Array(bytes), bytesMax: 65_536).members ?? []
    }
}
