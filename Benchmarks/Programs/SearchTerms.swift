import ArgumentParser
import Engine
import Foundation
import Records

/// Searches an organisation for many terms, one after the other, and tells how long the slowest of a hundred takes.
struct SearchTerms: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Search for names, parts of names, addresses and numbers, a term at a time."
    )

    @Argument(help: "The organisation's folder.")
    var folder: String

    @Option(help: "How many contacts there are: addresses and numbers are those of some of them.")
    var contacts: Int

    func run() async throws {
        let engine = try await Engine.open(folder: folder, environment: .system)
        let session = engine.systemSession(as: .operator, reason: "benchmark of search")
        let clock = ContinuousClock()
        let begun = clock.now
        // Indexes what the load left for later.
        _ = try await session.search("zzzz", in: nil, limit: 1)
        let settled = (clock.now - begun) / .seconds(1)
        var times: [(milliseconds: Double, term: String)] = []
        for term in terms {
            let begun = clock.now
            let hits = try await session.search(term, in: nil, limit: 20)
            times.append(((clock.now - begun) / .milliseconds(1), term))
            guard !hits.isEmpty || term.hasPrefix("none") else {
                throw ValidationError("Nothing is found for \(term).")
            }
        }
        await engine.close()
        times.sort { $0.milliseconds < $1.milliseconds }
        let (middle, late) = (times[times.count / 2], times[times.count * 99 / 100])
        for slow in times.suffix(5) {
            FileHandle.standardError.write(Data("\(slow.term): \(slow.milliseconds) ms\n".utf8))
        }
        print(
            #"{"medianMilliseconds": \#(middle.milliseconds), "p99Milliseconds": \#(late.milliseconds), "#
                + #""terms": \#(times.count), "settleSeconds": \#(settled)}"#)
    }

    private var terms: [String] {
        var terms = [
            "高橋", "山本", "田中", "陽菜", "大阪", "梅田", "北区", "大阪市北区", "Sato", "Mü", "müller", "gar", "Smith Mary", "高橋 葵",
        ]
        terms += ["parcel", "arrived", "小包", "届かない", "question 4710", "none at all"]
        for place in 0..<180 {
            let number = place * 7919 % contacts
            terms.append("user\(number)@mail\(number % 7).example.org")
            terms.append(String(format: "090-%04d-%04d", number / 10_000 % 10_000, number % 10_000))
            terms.append("user\(number)")
            terms.append(String(format: "B%08d", number))
        }
        return terms
    }
}
