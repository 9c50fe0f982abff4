import ArgumentParser
import Engine
import Foundation
import Records

/// Which organisation a command works on, and how it answers.
struct OrganisationOptions: ParsableArguments {
    @Option(help: "The organisation's folder. Default: $AZUKARI_FOLDER, else ~/.azukari.")
    var folder: String?

    @Flag(help: "Answer in JSON, for scripts.")
    var json = false

    /// The folder's path, `~` resolved.
    var path: String {
        let given = folder ?? ProcessInfo.processInfo.environment["AZUKARI_FOLDER"] ?? "~/.azukari"
        return NSString(string: given).expandingTildeInPath
    }

    /// The organisation that this process serves, in a command that it carries out for another process.
    @TaskLocal static var served: Engine?

    /// Has the organisation open for as long as `body` runs.
    func withEngine<T>(_ body: (Engine) async throws -> T) async throws -> T {
        if let served = Self.served { return try await body(served) }
        let engine = try await Engine.open(folder: path, environment: .system)
        do {
            let result = try await body(engine)
            await engine.close()
            return result
        } catch {
            await engine.close()
            throw error
        }
    }

    /// The same, as the person at the machine.
    func withSession<T>(_ reason: String, _ body: (Session) async throws -> T) async throws -> T {
        try await withEngine { try await body($0.systemSession(as: .operator, reason: reason)) }
    }
}

/// A command that works on an organisation: in this process, or in the server that has the folder open.
protocol OrganisationCommand: AsyncParsableCommand {
    var organisation: OrganisationOptions { get }
}

extension OrganisationCommand {
    /// - Parameter arguments: What it was parsed from.
    /// - Returns: The exit code, where it did not throw.
    func carryOut(_ arguments: [String]) async throws -> Int32 {
        if OrganisationOptions.served == nil, let server = try RunningServer(folder: organisation.path) {
            return try server.carryOut(arguments)
        }
        var command = self
        try await command.run()
        return 0
    }
}
