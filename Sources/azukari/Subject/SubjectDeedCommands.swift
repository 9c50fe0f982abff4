import ArgumentParser
import Engine
import Formats
import Foundation
import Privacy
import Records

/// `azukari subject package`.
struct SubjectPackageCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "package",
        abstract: "All that is held of a person, as CSV, JSON and XML with a manifest of hashes.",
        discussion: """
            Enters and answers a request of access. --out ending in .zip writes one archive, else a folder.

            EXAMPLE
              azukari subject package --ext P0000001 --verified-by "passport seen" --out hana.zip
            """)

    @OptionGroup var organisation: OrganisationOptions
    @OptionGroup var person: PersonOptions
    @OptionGroup var asking: AskingOptions
    @Option(help: "A folder that is empty or absent, or a file that ends in .zip.", transform: Terminal.path)
    var out: String

    func run() async throws {
        let (request, package) = try await organisation.withSession("a package made at the command line") { session in
            let requests = Requests(session, environment: .system)
            let request = try await asking.approved(.access, of: person, requests, in: session)
            let package = try await requests.package(for: request.id)
            if out.lowercased().hasSuffix(".zip") {
                let file = try ExportFile(path: out)
                try file.write(try package.zip())
                try file.commit()
            } else {
                try package.write(to: out)
            }
            return (try await requests.finish(request), package)
        }
        request.answer(
            json: organisation.json,
            [
                ("out", out), ("records", String(package.counts.values.reduce(0, +))), ("manifest", package.hash),
            ])
    }
}

/// `azukari subject restrict`.
struct SubjectRestrictCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "restrict",
        abstract: "Take a person's records out of every use, sealed, until the restriction is lifted.",
        discussion: """
            EXAMPLES
              azukari subject restrict --ext P0000001 --verified-by "known voice, called back"
              azukari subject restrict --request R-000001
            """)

    @OptionGroup var organisation: OrganisationOptions
    @OptionGroup var person: PersonOptions
    @OptionGroup var asking: AskingOptions

    func run() async throws {
        let request = try await organisation.withSession("a restriction at the command line") { session in
            let requests = Requests(session, environment: .system)
            return try await requests.finish(
                try await asking.approved(.restriction, of: person, requests, in: session))
        }
        request.answer(json: organisation.json, [])
    }
}

/// `azukari subject lift`.
struct SubjectLiftCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "lift",
        abstract: "End a restriction; the records are back as they were.",
        discussion: """
            The person must be told before (GDPR Art. 18(3)): --told says how they were. A lifting that was cut off goes on
            when it is asked for again.

            EXAMPLE
              azukari subject lift R-000001 --told Email
            """)

    @OptionGroup var organisation: OrganisationOptions
    @Argument(help: "The request's number or id.") var request: String
    @Option(help: "How the person was told that the restriction ends.") var told: String

    func run() async throws {
        let lifted = try await organisation.withSession("a restriction lifted at the command line") { session in
            let requests = Requests(session, environment: .system)
            let known = try await requests.request(try await session.requestID(named: request))
            if known.status == .lifted { return known }
            // Told before a crash is told, but it must be on record.
            let isNoted = try await requests.steps(of: known.id).contains { $0.name == "Announced" }
            if !isNoted { _ = try await requests.announce(known.id, how: told) }
            return try await requests.lift(known.id)
        }
        lifted.answer(json: organisation.json, [])
    }
}

extension DataSubjectRequest {
    /// What came of a request.
    func answer(json isJSON: Bool, _ facts: [(String, String)]) {
        guard isJSON else {
            Terminal.say("\(name): \(kind.rawValue), \(status.rawValue)")
            for (key, fact) in facts { Terminal.say("  \(key): \(fact)") }
            return
        }
        var json = JSONWriter(isIndented: true)
        json.object { json in
            json.member("request", name)
            json.member("id", id.description)
            json.member("kind", kind.rawValue)
            json.member("status", status.rawValue)
            for (key, fact) in facts { json.member(key, fact) }
        }
        Terminal.say(json.bytes + [0x0A])
    }
}
