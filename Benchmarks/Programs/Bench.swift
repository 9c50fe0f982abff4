import ArgumentParser

/// The programs that the benchmarks need besides the product itself.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "azukari-bench", abstract: "Programs for the benchmarks; see script/bench.",
        subcommands: [
            BareInserts.self, BareServer.self, CompileQueries.self, EraseOnce.self, PointOperations.self,
            SharedRecords.self,
            SearchTerms.self,
        ]
    )
}
