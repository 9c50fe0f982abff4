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

    /// Opens the organisation for as long as `body` runs, as the person at the machine.
    func withSession<T>(_ reason: String, _ body: (Session) async throws -> T) async throws -> T {
        let engine = try await Engine.open(folder: path, environment: .system)
        do {
            let result = try await body(engine.systemSession(as: .operator, reason: reason))
            await engine.close()
            return result
        } catch {
            await engine.close()
            throw error
        }
    }
}
