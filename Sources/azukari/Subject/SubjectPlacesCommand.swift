import ArgumentParser
import Engine
import Formats
import Records

/// `azukari subject places`.
struct SubjectPlacesCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "places",
        abstract: "Where a person's data lies, in their own records and in others' texts.",
        discussion: """
            Listed is every place by which the person can be told from others: names, addresses, numbers and days of birth,
            as values of fields and as pieces of texts. --every-field adds what their own records say of them besides: a
            title, a country, a choice, the records' own keys.

            With --json a line for each person: {"person", "places": [{"object", "ext", "field", "start", "end", "text",
            "kind"}]}. Start and end count Unicode code points in the field's value, the end exclusive; kind is
            structured (the value of a field) or mention (a piece of a text). --all goes through all contacts.

            EXAMPLES
              azukari subject places --ext P0000001
              azukari subject places --all --json > found.jsonl
            """)

    @OptionGroup var organisation: OrganisationOptions
    @OptionGroup var person: PersonOptions
    @Flag(help: "All contacts, one after the other.") var all = false
    @Flag(help: "Also the fields of their own records by which nobody is recognised.") var everyField = false
    @Flag(help: "Show progress even when standard error is no terminal.") var progress = false

    func run() async throws {
        try await organisation.withSession("places of a person at the command line") { session in
            let people = all ? try await session.allContacts() : [(try await person.record(in: session), person.ext)]
            let bar = ProgressBar(
                "places", total: people.count, isAsked: progress && all, environment: .system)
            for (place, (record, ext)) in people.enumerated() {
                let trace = try await session.trace(record)
                let name = ext ?? trace.records.first { $0.id == record }?.externalID ?? record.description
                show(trace, name.isEmpty ? record.description : name)
                if all { bar.advance(to: place + 1, rows: place + 1) }
            }
            if all { bar.finish() }
        }
    }

    private func show(_ trace: Trace, _ name: String) {
        let places = trace.places.filter { everyField || $0.isIdentifying }
        guard organisation.json else {
            let rows = places.map {
                [
                    $0.object, $0.externalID.isEmpty ? $0.record.description : $0.externalID, $0.field,
                    "\($0.start)–\($0.end)", $0.kind.rawValue,
                    $0.text.split(whereSeparator: \.isNewline).joined(separator: " "),
                ]
            }
            Terminal.say(Terminal.table(["Object", "Record", "Field", "Place", "Kind", "Text"], rows))
            return
        }
        var json = JSONWriter()
        json.object { json in
            json.member("person", name)
            json.key("places")
            json.array { json in
                for place in places {
                    json.object { json in
                        json.member("object", place.object)
                        json.member("ext", place.externalID)
                        json.member("field", place.field)
                        json.key("start")
                        json.integer(place.start)
                        json.key("end")
                        json.integer(place.end)
                        json.member("text", place.text)
                        json.member("kind", place.kind.rawValue)
                    }
                }
            }
        }
        Terminal.say(json.bytes + [0x0A])
    }
}

extension Session {
    /// All contacts with their external ids, where the organisation has such.
    fileprivate func allContacts() async throws -> [(RecordID, String?)] {
        let hasExternalID = try await schema().object("Contact")?.field("Ext__c") != nil
        let fields = hasExternalID ? "Id, Ext__c" : "Id"
        return try await query("SELECT \(fields) FROM Contact ORDER BY Id").compactMap { record in
            record.id.map { ($0, record["Ext__c"].text) }
        }
    }
}
