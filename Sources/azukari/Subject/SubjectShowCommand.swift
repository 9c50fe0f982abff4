import ArgumentParser
import Engine
import Formats
import Privacy
import Records

/// `azukari subject show`.
struct SubjectShowCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "A person whole: records, consents, grounds, who read them, open requests.")

    @OptionGroup var organisation: OrganisationOptions
    @OptionGroup var person: PersonOptions

    func run() async throws {
        let view = try await organisation.withSession("a person shown at the command line") { session in
            try await SubjectViews(session, environment: .system)
                .view(of: try await person.record(in: session), from: 0, size: 20)
        }
        if organisation.json { return Terminal.say(Self.json(view)) }
        for record in view.identity {
            Terminal.say("\(record.object) \(record.id?.description ?? "")")
            for (name, cell) in zip(record.headings, record.cells) where !cell.isEmpty && cell != "false" {
                Terminal.say("  \(name): \(cell)")
            }
        }
        let counts = view.records.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.count)" }
        Terminal.say("\nRecords: " + counts.joined(separator: ", "))
        Terminal.say(
            "Read by: " + (view.accesses.isEmpty ? "nobody on record" : "\(view.accesses.count) accesses on record"))
        for open in view.openRequests {
            Terminal.say(
                "Request \(open.request.name): \(open.request.kind.rawValue), \(open.request.status.rawValue), "
                    + "\(open.daysLeft) days left")
        }
        if !view.timeline.isEmpty { Terminal.say("\nLatest:") }
        for entry in view.timeline { Terminal.say("  \(entry.at)  \(entry.object)  \(entry.title)") }
    }

    private static func json(_ view: SubjectView) -> [UInt8] {
        var json = JSONWriter(isIndented: true)
        json.object { json in
            json.member("subject", view.subject.description)
            json.key("identity")
            json.array { json in for record in view.identity { json.record(record) } }
            json.key("records")
            json.object { json in
                for (object, ids) in view.records.sorted(by: { $0.key < $1.key }) {
                    json.key(object)
                    json.array { json in for id in ids { json.string(id.description) } }
                }
            }
            json.key("accesses")
            json.array { json in
                for access in view.accesses {
                    json.object { json in
                        json.member("at", access.at.description)
                        json.member("user", access.user.description)
                        json.member("application", access.application)
                        json.member("purpose", access.purpose)
                        json.member("object", access.object)
                    }
                }
            }
            json.key("openRequests")
            json.array { json in
                for open in view.openRequests {
                    json.object { json in
                        json.member("name", open.request.name)
                        json.member("kind", open.request.kind.rawValue)
                        json.member("status", open.request.status.rawValue)
                        json.key("daysLeft")
                        json.integer(open.daysLeft)
                    }
                }
            }
        }
        return json.bytes + [0x0A]
    }
}
