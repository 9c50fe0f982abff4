import ArgumentParser
import Engine
import Foundation
import Records

/// Compiles queries over and over, and tells the median time of one: from its text, and from what was kept.
struct CompileQueries: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile",
        abstract: "Compile the queries of a file, one a line, as far as the schema has their fields."
    )

    @Argument(help: "The organisation's folder.")
    var folder: String

    @Argument(help: "A file with a query on each line.")
    var queries: String

    func run() async throws {
        let engine = try await Engine.open(folder: folder, environment: .system)
        let probe = try await CompileProbe(engine.systemSession(as: .operator, reason: "benchmark of the compiler"))
        let lines = try String(contentsOfFile: queries, encoding: .utf8).split(separator: "\n").map(String.init)
        let known = lines.filter { (try? probe.compile($0)) != nil }
        let kept = try known.filter { try probe.plan($0) }
        let compiled = try known.map { soql in try Self.microseconds { _ = try probe.compile(soql) } }
        let found = try kept.map { soql in try Self.microseconds { _ = try probe.plan(soql) } }
        await engine.close()
        guard !known.isEmpty, !kept.isEmpty else { throw ValidationError("None of the queries can be compiled.") }
        print(
            #"{"queries": \#(lines.count), "compiled": \#(known.count), "medianMicroseconds": \#(Self.middle(compiled)), "#
                + #""p95Microseconds": \#(compiled.sorted()[compiled.count * 95 / 100]), "#
                + #""keptMicroseconds": \#(Self.middle(found))}"#)
    }

    private static func middle(_ times: [Double]) -> Double { times.sorted()[times.count / 2] }

    /// The mean of two hundred runs, after some of warming.
    private static func microseconds(_ body: () throws -> Void) rethrows -> Double {
        for _ in 0..<20 { try body() }
        let clock = ContinuousClock()
        let begun = clock.now
        for _ in 0..<200 { try body() }
        return (clock.now - begun) / .microseconds(1) / 200
    }
}
