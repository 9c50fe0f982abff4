import Foundation

/// The server that has an organisation's folder open, as another process sees it.
struct RunningServer {
    static let socketName = "azukari.sock"

    private let connection: LocalConnection

    /// Nil when no server takes commands in this folder.
    init?(folder: String) throws {
        guard FileManager.default.fileExists(atPath: folder + "/" + Self.socketName),
            let connection = try LocalConnection(to: Self.socketName, in: folder)
        else { return nil }
        self.connection = connection
    }

    /// Has a command carried out there, with this process's terminal. Ending this process ends it.
    ///
    /// - Returns: Its exit code.
    func carryOut(_ arguments: [String]) throws -> Int32 {
        defer { connection.close() }
        let request = CommandRequest(arguments, in: FileManager.default.currentDirectoryPath)
        let terminal = Terminal.current
        try connection.send(request.bytes, handing: [terminal.input, terminal.output, terminal.errors])
        guard let code = try connection.receive()?.message.first else {
            throw LoadError(
                "The server did not carry this out to its end. See whether it still runs, and is of the same version.")
        }
        return Int32(code)
    }
}
