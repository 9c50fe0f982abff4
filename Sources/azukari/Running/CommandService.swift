import Engine
import Glibc
import Logging
import ServiceLifecycle

/// Carries out the commands that are typed while the server has the organisation open: in the server, with the caller's
/// terminal. Whoever may open the folder's socket may open the folder, so they may do here what they may do without a
/// server, and no more.
struct CommandService: Service {
    let engine: Engine
    let folder: String
    let logger: Logger

    /// Commands at the same time; others wait.
    private static let commandsMax = 8
    private static let requestSecondsMax = 5

    func run() async throws {
        let listener: LocalListener
        do {
            listener = try LocalListener(as: RunningServer.socketName, in: folder)
        } catch {
            // A file system without sockets. Everything else works.
            logger.notice("no commands while this serves", metadata: ["reason": "\(error)"])
            return try await gracefulShutdown()
        }
        // Who reads from a pipe may be gone before all is written.
        signal(SIGPIPE, SIG_IGN)
        let threads = WaitingThreads()
        await withTaskGroup { group in
            for _ in 0..<Self.commandsMax {
                group.addTask(executorPreference: threads) {
                    while let connection = listener.next() { await serve(connection, on: threads) }
                }
            }
            try? await gracefulShutdown()
            listener.end()
            group.cancelAll()
        }
        listener.close()
    }

    private func serve(_ connection: LocalConnection, on threads: WaitingThreads) async {
        defer { connection.close() }
        connection.refuseToWait(seconds: Self.requestSecondsMax)
        guard let user = connection.user, user == geteuid() || user == 0,
            let (message, files) = try? connection.receive()
        else { return }
        defer { for file in files { Glibc.close(file) } }
        guard files.count == LocalConnection.filesMax, let request = CommandRequest(message) else { return }
        connection.refuseToWait(seconds: 0)
        let terminal = Terminal(input: files[0], output: files[1], errors: files[2], directory: request.directory)
        await withTaskGroup(of: Int32?.self) { group in
            group.addTask(executorPreference: threads) { await carryOut(request.arguments, at: terminal) }
            group.addTask(executorPreference: threads) {
                connection.waitForEnd()
                return nil
            }
            // Whichever is first: the end of the command, or of the process that wants it.
            if case .some(.some(let code)) = await group.next() {
                try? connection.send([UInt8(truncatingIfNeeded: code)])
            }
            connection.end()
            group.cancelAll()
        }
    }

    private func carryOut(_ arguments: [String], at terminal: Terminal) async -> Int32 {
        await Terminal.$current.withValue(terminal) {
            await OrganisationOptions.$served.withValue(engine) { await Azukari.carryOut(arguments) }
        }
    }
}
