import ArgumentParser
import Engine
import Foundation
import Formats
import Privacy
import Records

/// `azukari subject package`.
struct SubjectPackageCommand: AsyncParsableCommand {
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
    @Option(help: "A folder that is empty or absent, or a file that ends in .zip.") var out: String

    func run() async throws {
        let (request, package) = try await organisation.withSession("a package made at the command line") { session in
            let requests = Requests(session, environment: .system)
            let request = try await asking.approved(.access, of: try await person.record(in: session), requests)
            let package = try await requests.package(for: request.id)
            if out.lowercased().hasSuffix(".zip") {
                let file = try ExportFile(path: out)
                try file.write(try package.zip())
                try file.commit()
            } else {
                try package.write(to: out)
            }
            return (try await requests.carryOut(request.id), package)
        }
        request.answer(json: organisation.json, [
            ("out", out), ("records", String(package.counts.values.reduce(0, +))), ("manifest", package.hash),
        ])
    }
}

/// `azukari subject restrict`.
struct SubjectRestrictCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restrict",
        abstract: "Take a person's records out of every use, sealed, until the restriction is lifted.",
        discussion: """
            EXAMPLE
              azukari subject restrict --ext P0000001 --verified-by "known voice, called back"
            """)

    @OptionGroup var organisation: OrganisationOptions
    @OptionGroup var person: PersonOptions
    @OptionGroup var asking: AskingOptions

    func run() async throws {
        let request = try await organisation.withSession("a restriction at the command line") { session in
            let requests = Requests(session, environment: .system)
            let request = try await asking.approved(.restriction, of: try await person.record(in: session), requests)
            return try await requests.carryOut(request.id)
        }
        request.answer(json: organisation.json, [])
    }
}

/// `azukari subject lift`.
struct SubjectLiftCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lift",
        abstract: "End a restriction; the records are back as they were.",
        discussion: """
            The person must be told before (GDPR Art. 18(3)): --told says how they were.

            EXAMPLE
              azukari subject lift R-000001 --told Email
            """)

    @OptionGroup var organisation: OrganisationOptions
    @Argument(help: "The request's number or id.") var request: String
    @Option(help: "How the person was told that the restriction ends.") var told: String

    func run() async throws {
        let lifted = try await organisation.withSession("a restriction lifted at the command line") { session in
            let requests = Requests(session, environment: .system)
            let id = try await session.requestID(named: request)
            if try await requests.request(id).status == .carriedOut { _ = try await requests.announce(id, how: told) }
            return try await requests.lift(id)
        }
        lifted.answer(json: organisation.json, [])
    }
}

/// `azukari subject erase`.
struct SubjectEraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Erase a person everywhere, and get the signed certificate.",
        discussion: """
            --preview shows what would be deleted, made anonymous, redacted in others' texts or kept on a legal ground,
            and changes nothing. An erasure that was cut off goes on with --request.

            EXAMPLES
              azukari subject erase --ext P0000001 --preview
              azukari subject erase --ext P0000001 --verified-by "signed letter" --certificate hana.json --yes
              azukari subject erase --request R-000002 --certificate hana.json --yes
            """)

    @OptionGroup var organisation: OrganisationOptions
    @OptionGroup var person: PersonOptions
    @OptionGroup var asking: AskingOptions
    @Option(help: "Go on with a request that was approved before.") var request: String?
    @Flag(help: "Show what would be done, and do nothing.") var preview = false
    @Flag(help: "Do not ask again.") var yes = false
    @Option(help: "Where the certificate is written.") var certificate: String?

    func run() async throws {
        try await organisation.withSession("an erasure at the command line") { session in
            let requests = Requests(session, environment: .system)
            if preview {
                let plan = try await session.previewErasure(of: try await person.record(in: session), policy: .standard)
                return show(plan)
            }
            let approved: DataSubjectRequest
            if let request {
                approved = try await requests.request(try await session.requestID(named: request))
            } else {
                let record = try await person.record(in: session)
                guard yes || Terminal.ask("Erase the person of \(record)? It cannot be undone.") else {
                    throw LoadError("Nothing was erased. To agree beforehand: --yes.")
                }
                approved = try await asking.approved(.erasure, of: record, requests)
            }
            let done = approved.status == .approved ? try await requests.carryOut(approved.id) : approved
            var facts: [(String, String)] = []
            if let certificate {
                let file = try ExportFile(path: certificate)
                try file.write(try await requests.certificate(of: done.id))
                try file.commit()
                facts.append(("certificate", certificate))
            }
            done.answer(json: organisation.json, facts)
        }
    }

    private func show(_ plan: ErasurePlan) {
        if organisation.json {
            var json = JSONWriter(isIndented: true)
            json.object { json in
                json.member("subject", plan.subject.description)
                json.key("records")
                json.array { json in
                    for node in plan.nodes {
                        json.object { json in
                            json.member("object", node.object)
                            json.key("count")
                            json.integer(node.count)
                            json.member("decision", node.decision.text)
                        }
                    }
                }
                json.key("places")
                json.integer(plan.places.count)
                json.key("doubtful")
                json.array { json in for record in plan.doubtful { json.string(record.id.description) } }
            }
            return Terminal.say(json.bytes + [0x0A])
        }
        Terminal.say(Terminal.table(
            ["Object", "Records", "What becomes of them", "Such as"],
            plan.nodes.map { [$0.object, String($0.count), $0.decision.text, $0.samples.joined(separator: ", ")] }))
        Terminal.say("\(plan.places.count) places; \(plan.doubtful.count) records may be the same person's and are left alone.")
    }
}

extension ErasurePlan.Decision {
    fileprivate var text: String {
        switch self {
        case .delete: "delete"
        case .anonymise: "anonymise"
        case .redact: "redact"
        case .keep(let ground, let until): "keep: \(ground)" + (until.map { " until \($0)" } ?? "")
        }
    }
}

extension DataSubjectRequest {
    /// What came of a request.
    fileprivate func answer(json isJSON: Bool, _ facts: [(String, String)]) {
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
