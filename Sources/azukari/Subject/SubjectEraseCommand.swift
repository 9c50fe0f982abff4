import ArgumentParser
import Engine
import Formats
import Privacy
import Records

/// `azukari subject erase`.
struct SubjectEraseCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Erase a person everywhere, and get the signed certificate.",
        discussion: """
            --preview shows what would be deleted, made anonymous, redacted in others' texts or kept on a legal ground,
            by the organisation's rules or as the request was decided, and changes nothing. An erasure that was cut off
            goes on with --request.

            EXAMPLES
              azukari subject erase --ext P0000001 --preview
              azukari subject erase --ext P0000001 --verified-by "signed letter" --certificate hana.json --yes
              azukari subject erase --request R-000002 --certificate hana.json --yes
            """)

    @OptionGroup var organisation: OrganisationOptions
    @OptionGroup var person: PersonOptions
    @OptionGroup var asking: AskingOptions
    @Flag(help: "Show what would be done, and do nothing.") var preview = false
    @Flag(help: "Do not ask again.") var yes = false
    @Option(help: "Where the certificate is written.", transform: Terminal.path) var certificate: String?

    func run() async throws {
        try await organisation.withSession("an erasure at the command line") { session in
            let requests = Requests(session, environment: .system)
            if preview { return show(try await plan(requests, in: session)) }
            let request = try await asking.approved(.erasure, of: person, requests, in: session) { whom in
                guard yes || Terminal.ask("Erase \(whom)? It cannot be undone.") else {
                    throw LoadError("Nothing was erased. To agree beforehand: --yes.")
                }
            }
            let done = try await requests.finish(request)
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

    /// What would be done by the rules, or as the request was decided.
    private func plan(_ requests: Requests, in session: Session) async throws -> ErasurePlan {
        guard let name = asking.request else {
            return try await requests.erasurePlan(of: try await person.record(in: session))
        }
        let request = try await requests.request(try await session.requestID(named: name))
        return try await session.previewErasure(
            of: request.person, policy: try await requests.erasurePolicy(for: request.id))
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
        Terminal.say(
            Terminal.table(
                ["Object", "Records", "What becomes of them", "Such as"],
                plan.nodes.map { [$0.object, String($0.count), $0.decision.text, $0.samples.joined(separator: ", ")] }))
        Terminal.say(
            "\(plan.places.count) places; \(plan.doubtful.count) records may be the same person's and are left alone.")
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
