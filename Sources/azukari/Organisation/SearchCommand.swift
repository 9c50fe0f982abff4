import ArgumentParser
import Engine

/// `azukari search`.
struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Look after the search index.", subcommands: [SearchRebuildCommand.self])
}

/// `azukari search rebuild`.
struct SearchRebuildCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Make the search index anew from the records.",
        discussion: """
            It is kept true by every write, so this is for an index that was damaged, or written by an older version in a
            larger form. Searches wait meanwhile, and go on with it where it was cut off.

            EXAMPLES
              azukari search rebuild
            """)

    @OptionGroup var organisation: OrganisationOptions

    func run() async throws {
        let count = try await organisation.withEngine { engine in
            try await engine.rebuildSearch { Terminal.tell("\($0) records") }
        }
        Terminal.say("\(count) records are in the index.")
    }
}
