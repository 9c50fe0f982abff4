import ArgumentParser
import Engine
import Formats
import Records

/// `azukari query`.
struct QueryCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Ask a SOQL query and see the rows.",
        discussion: """
            Shows a table, or with --json the records as the REST interface gives them. At most 50,000 rows: for more,
            and into files, use `azukari export`.

            EXAMPLES
              azukari query "SELECT Name, Email, Account.Name FROM Contact WHERE CreatedDate = THIS_YEAR LIMIT 20"
              azukari query "SELECT Status, COUNT(Id) n FROM Case GROUP BY Status ORDER BY COUNT(Id) DESC"
              azukari query --all --json "SELECT Id FROM Contact WHERE IsDeleted = true"
            """)

    private static let rowsMax = 50_000

    @OptionGroup var organisation: OrganisationOptions
    @Argument(help: "A query in SOQL.") var soql: String
    @Flag(help: "See the recycle bin as well.") var all = false

    func run() async throws {
        let page = try await organisation.withSession("query at the command line") { session in
            try await session.page(soql, size: Self.rowsMax, deleted: all ? .with : .without)
        }
        guard page.locator == nil else {
            throw PlatformError(
                .operationTooLarge,
                "The query has \(page.totalSize) rows, more than \(Self.rowsMax). Use `azukari export`, or add a LIMIT."
            )
        }
        let (total, records) = (page.totalSize, page.records)
        if organisation.json {
            var json = JSONWriter(isIndented: true)
            json.object { json in
                json.key("totalSize")
                json.integer(total)
                json.key("records")
                json.array { json in for record in records { json.record(record) } }
            }
            return Terminal.say(json.bytes + [0x0A])
        }
        guard let first = records.first else {
            return Terminal.say(total == 0 ? "No rows." : "\(total)")
        }
        Terminal.say(Terminal.table(first.headings, records.map(\.cells)))
        Terminal.tell(total == 1 ? "1 row" : "\(total) rows")
    }
}

extension Record {
    /// The paths of the selected fields, parents' fields flat.
    var headings: [String] { flat.map(\.path) }

    /// The fields as texts; lists of children by their number.
    var cells: [String] { flat.map(\.text) }

    private var flat: [(path: String, text: String)] {
        fields.flatMap { name, value -> [(path: String, text: String)] in
            switch value {
            case .value(let value, _): [(name, Self.text(value))]
            case .parent(let record?): record.flat.map { ("\(name).\($0.path)", $0.text) }
            case .parent(nil): [(name, "")]
            case .children(_, let total): [(name, "\(total) records")]
            case .compound(let parts):
                [(name, parts.map { Self.text($0.value) }.filter { !$0.isEmpty }.joined(separator: ", "))]
            }
        }
    }

    /// One line: line breaks would tear the table.
    private static func text(_ value: Value) -> String {
        var csv = CSVWriter(delimiter: .tab, lineEnding: .lf, quoting: .whenNeeded)
        if case .text(let text) = value { return text.split(whereSeparator: \.isNewline).joined(separator: " ⏎ ") }
        csv.value(value)
        return String(decoding: csv.bytes, as: UTF8.self)
    }
}

extension JSONWriter {
    /// A record in the form of the REST interface, without addresses of its own.
    mutating func record(_ record: Record) {
        object { json in
            json.key("attributes")
            json.object { $0.member("type", record.object) }
            for (name, value) in record.fields {
                json.key(name)
                switch value {
                case .value(let value, _): json.value(value)
                case .parent(let parent?): json.record(parent)
                case .parent(nil): json.null()
                case .compound(let parts):
                    json.object { json in
                        for part in parts {
                            json.key(part.name)
                            json.value(part.value)
                        }
                    }
                case .children(let records, let total):
                    json.object { json in
                        json.key("totalSize")
                        json.integer(total)
                        json.key("records")
                        json.array { json in for record in records { json.record(record) } }
                    }
                }
            }
        }
    }
}
