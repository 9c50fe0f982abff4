import ArgumentParser
import Engine
import Formats
import Records

/// `azukari load`.
struct LoadCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Load records from CSV or JSON files.",
        discussion: """
            PATH is a CSV file, an sObject tree or load plan (.json), or a folder of CSV files named for their objects
            (Account.csv, Contact.csv, Space__c.csv), which are loaded parents first.

            A column is headed by a field's API name (LastName), or by a path to a parent (Account.Ext__c,
            Market__r.Name). Other headings are mapped with --map. UTF-8, Shift_JIS (CP932), EUC-JP and UTF-16 are
            recognised, and so are the delimiters comma, tab, semicolon, pipe, caret and backquote.

            Rows that are refused are listed in NAME.results.csv in the current folder: row, line, column, code and
            reason before the cells as they were. Correct them and load that very file.

            Whole chunks of rows are written at a time. A load that was killed has written the first chunks and
            nothing of the rest: load the file again with --upsert Ext__c, and what is there already is only updated.

            EXAMPLES
              azukari load data/ --add-fields --yes
              azukari load Contact.csv --upsert Ext__c
              azukari load kunden.csv --object Contact --map 'Nachname=LastName' --map 'Geboren=Birthdate date=D.M.Y'
              azukari load complaints.csv --mapping complaints --add-fields --yes
              azukari load data-plan.json --add-fields

            A mapping file has a line `Header = Field` for each column; behind the field may stand `type=picklist`
            (of a field to be added), `date=M/D/Y`, `yes=Yes` (what means true), `new` (make a parent that is not
            there). Nothing after the `=` leaves the column out.
            Built-in mappings: \(Mapping.builtInNames.joined(separator: ", ")).

            EXIT CODES: 0 all rows loaded, 2 some refused, 1 nothing done.
            """)

    @OptionGroup var organisation: OrganisationOptions
    @Argument(help: "A file or a folder.", transform: Terminal.path) var path: String
    @Option(help: "The object of the rows, when the file is not named for it.") var object: String?
    @Option(help: "'Header=Field', or a file of such lines. May be repeated.") var map: [String] = []
    @Option(help: "A mapping that comes with the program.") var mapping: String?
    @Flag(help: "Add custom objects and fields (…__c) that are missing; their types are proposed from the values.")
    var addFields = false
    @Flag(help: "Agree to what --add-fields proposes.") var yes = false
    @Option(help: "Update the records that have the row's value in this external id, create the others.")
    var upsert: String?
    @Option(
        help: "Where refused rows are listed. Default: NAME.results.csv in the current folder.",
        transform: Terminal.path)
    var results: String?
    @Option(help: "comma, tab, semicolon, pipe, caret or backquote. Default: as the header has it.")
    var delimiter: String?
    @Option(help: "utf-8, cp932, euc-jp, utf-16le or utf-16be. Default: as the bytes have it.") var encoding: String?
    @Flag(help: "Load what duplicate rules only alert to.") var allowDuplicates = false
    @Flag(help: "Go on when a plan names a file that is not there.") var skipMissing = false
    @Flag(help: "Show progress even when standard error is no terminal.") var progress = false

    func validate() throws {
        if let delimiter, CSVDelimiter(wireName: delimiter) == nil {
            throw ValidationError("--delimiter is comma, tab, semicolon, pipe, caret or backquote.")
        }
        if let encoding, TextEncoding(name: encoding) == nil {
            throw ValidationError("--encoding is utf-8, cp932, euc-jp, utf-16le or utf-16be.")
        }
    }

    func run() async throws {
        let load = Load(
            path: path, object: object, mapping: try Mapping(builtIn: mapping, given: map),
            csv: CSVOptions(
                delimiter: delimiter.flatMap { CSVDelimiter(wireName: $0) },
                encoding: encoding.flatMap { TextEncoding(name: $0) }),
            skipsMissing: skipMissing, addsFields: addFields, upsertField: upsert, results: results,
            showsProgress: progress)
        let results = try await organisation.withSession("load of \(path) at the command line") { session in
            try await load.run(
                in: allowDuplicates ? session.allowingDuplicates() : session, confirm: confirm, tell: Terminal.tell)
        }
        answer(results)
        let refused = results.reduce(0) { $0 + $1.tally.refused }
        let loaded = results.reduce(0) { $0 + $1.tally.loaded }
        if refused > 0 { throw loaded > 0 ? ExitCode(2) : ExitCode.failure }
    }

    private func confirm(_ lines: [String]) -> Bool {
        Terminal.tell("To be added:\n" + lines.joined(separator: "\n"))
        return yes || Terminal.ask("Add them?")
    }

    private func answer(_ results: [Load.StepResult]) {
        if organisation.json {
            var json = JSONWriter(isIndented: true)
            json.array { json in for result in results { result.write(to: &json) } }
            return Terminal.say(json.bytes + [0x0A])
        }
        for result in results { Terminal.say(result.line) }
    }
}

extension Load.StepResult {
    /// `Contact  10000 loaded, 2 refused (STRING_TOO_LONG 2): see Contact.results.csv`
    var line: String {
        var line = "\(object)  \(tally.loaded) loaded"
        if tally.created != tally.loaded { line += " (\(tally.created) new)" }
        guard tally.refused > 0 else { return line }
        let reasons = tally.reasons.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }
        return line + ", \(tally.refused) refused (\(reasons.joined(separator: ", "))): see \(tally.results ?? "")"
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("input", name)
            json.member("object", object)
            json.key("rows")
            json.integer(tally.rows)
            json.key("loaded")
            json.integer(tally.loaded)
            json.key("created")
            json.integer(tally.created)
            json.key("refused")
            json.integer(tally.refused)
            json.key("results")
            json.value(tally.results.map { .text($0) } ?? .null)
            json.key("seconds")
            json.double(seconds)
        }
    }
}
