import ArgumentParser
import Formats
import Foundation
import Records

/// `azukari remote`.
struct RemoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remote",
        abstract: "Load into and export from a server, over the network.",
        subcommands: [
            RemoteLoadCommand.self, RemoteExportCommand.self,
        ])
}

/// `azukari remote load`.
struct RemoteLoadCommand: AsyncParsableCommand {
    enum Operation: String, ExpressibleByArgument, CaseIterable { case insert, update, upsert, delete }

    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Load a CSV file into a server: this product, or another that speaks the platform's Bulk API 2.0.",
        discussion: """
            The file may have any encoding and delimiter that `azukari load` takes. Columns are headed by fields, or mapped with --map: 'Header=Field', or
            a file of such lines; an .sdl file of the platform's data loader is one.

            What the server refuses is listed in NAME.errors.csv with its reasons, rows that cannot be read in NAME.unread.csv; with --successes
            FILE what it has written, with ids. A load that broke off goes on with --resume: each row is written once.

            EXAMPLES
              azukari remote load contacts.csv --object Contact --server https://crm.example.com --client-id ID --client-secret-file secret
              azukari remote load changes.csv --object Contact --operation upsert --external-id Ext__c --map contacts.sdl --server URL --token-file token
              azukari remote load contacts.csv --object Contact --dry-run --server URL --token-file token

            EXIT CODES: 0 all rows loaded, 2 some refused, 1 broken off.
            """)

    @OptionGroup var remote: RemoteOptions
    @Argument(help: "The file.", transform: Terminal.path) var path: String
    @Option(help: "The object of the rows. Default: as the file is named.") var object: String?
    @Option(help: "insert, update, upsert or delete.") var operation: Operation = .insert
    @Option(help: "By which field upsert finds what is there.") var externalID: String?
    @Option(help: "'Header=Field', or a file of such lines. May be repeated.") var map: [String] = []
    @Option(help: "comma, tab, semicolon, pipe, caret or backquote. Default: as the header has it.") var delimiter:
        String?
    @Option(help: "utf-8, cp932, euc-jp, utf-16le or utf-16be. Default: as the bytes have it.") var encoding: String?
    @Option(help: "Where what was written is listed.", transform: Terminal.path) var successes: String?
    @Option(help: "How many jobs the server is given at once.") var parallel = 2
    @Option(help: "How many rows a job has at most.") var rowsPerJob = 500_000
    @Flag(help: "Go on where the same load broke off.") var resume = false
    @Flag(help: "Only check that the server has the fields, and show where the columns go.") var dryRun = false
    @Flag(help: "Show progress even when standard error is no terminal.") var progress = false

    private var name: String { URL(filePath: path).deletingPathExtension().lastPathComponent }

    func validate() throws {
        if operation == .upsert, externalID == nil { throw ValidationError("upsert needs --external-id.") }
        guard (1...10).contains(parallel) else { throw ValidationError("--parallel is a number from 1 to 10.") }
        guard rowsPerJob > 0 else { throw ValidationError("--rows-per-job is a number from 1 on.") }
        if let delimiter, CSVDelimiter(wireName: delimiter) == nil {
            throw ValidationError("--delimiter is comma, tab, semicolon, pipe, caret or backquote.")
        }
        if let encoding, TextEncoding(name: encoding) == nil {
            throw ValidationError("--encoding is utf-8, cp932, euc-jp, utf-16le or utf-16be.")
        }
    }

    func run() async throws {
        let mapping = try Mapping(builtIn: nil, given: map)
        let source = try CSVSource(
            path: path, delimiter: delimiter.flatMap { CSVDelimiter(wireName: $0) },
            encoding: encoding.flatMap { TextEncoding(name: $0) })
        let object = object ?? mapping.object ?? name
        let fields: [String?] = source.columns.map { column in
            if column.hasPrefix(ResultsFile.columnPrefix) || column.hasPrefix("sf__") { return nil }
            guard let rule = mapping.rule(for: column) else { return column }
            return rule.target.isEmpty ? nil : rule.target
        }
        guard fields.contains(where: { $0 != nil }) else { throw LoadError("\(path): no column goes anywhere.") }
        try await remote.withServer { server in
            try await check(fields, of: object, on: server)
            if dryRun { return show(source.columns, fields) }
            try await load(source, fields, object, on: server)
        }
    }

    private func load(
        _ source: CSVSource, _ fields: [String?], _ object: String, on server: RemoteServer
    ) async throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let changed = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        let columns = fields.map { $0 ?? "-" }.joined(separator: ",")
        let journal = try RemoteJournal(
            path: "\(name).journal",
            load:
                "\(object) \(operation.rawValue) \(externalID ?? "-") \(source.bytesTotal) \(changed) \(rowsPerJob) \(columns)",
            isResumed: resume)
        let done = try successes.map { try ExportFile(path: $0) }
        let bar = ProgressBar(name, total: source.bytesTotal, isAsked: progress, environment: .system)
        let tally: RemoteLoad.Tally
        do {
            tally = try await RemoteLoad(
                server: server, object: object, operation: operation.rawValue, externalID: externalID,
                rows: JobRows(
                    source, fields: fields,
                    unread: ResultsFile(path: "\(name).unread.csv", columns: source.columns), rowsPerJob: rowsPerJob),
                journal: journal, refused: "\(name).errors.csv", successes: done, parallel: parallel, progress: bar
            ).run()
        } catch {
            done?.discard()
            throw error
        }
        bar.finish()
        try done?.commit()
        journal.remove()
        answer(tally, object, seconds: bar.secondsPassed)
        if tally.failed + tally.unread > 0 { throw tally.rows > tally.failed ? ExitCode(2) : ExitCode.failure }
    }

    /// What the server would refuse of every row is better known before the first is sent.
    private func check(_ fields: [String?], of object: String, on server: RemoteServer) async throws {
        let described = try await server.get("sobjects/\(object)/describe")["fields"]?.elements ?? []
        var known: Set<String> = []
        for field in described {
            for name in ["name", "relationshipName"] {
                if let name = field[name]?.string { known.insert(name.lowercased()) }
            }
        }
        let unknown = fields.compactMap(\.self).filter { field in
            let first = field.split(whereSeparator: { $0 == "." || $0 == ":" }).first.map(String.init) ?? field
            return !known.contains(first.lowercased())
        }
        guard unknown.isEmpty else {
            throw LoadError(
                "\(object) has no \(unknown.joined(separator: ", ")) there. Map the columns with --map 'Header=Field', or leave them out "
                    + "with --map 'Header='.")
        }
    }

    private func show(_ columns: [String], _ fields: [String?]) {
        Terminal.say(Terminal.table(["COLUMN", "FIELD"], zip(columns, fields).map { [$0, $1 ?? "(left out)"] }))
    }

    private func answer(_ tally: RemoteLoad.Tally, _ object: String, seconds: Double) {
        guard remote.json else {
            var line = "\(object)  \(tally.rows - tally.failed) loaded"
            if tally.failed > 0 { line += ", \(tally.failed) refused: see \(name).errors.csv" }
            if tally.unread > 0 { line += ", \(tally.unread) not readable: see \(name).unread.csv" }
            return Terminal.say(line)
        }
        var json = JSONWriter(isIndented: true)
        json.object { json in
            json.member("object", object)
            for (name, count) in [
                ("loaded", tally.rows - tally.failed), ("refused", tally.failed), ("unread", tally.unread),
            ] {
                json.key(name)
                json.integer(count)
            }
            json.key("seconds")
            json.double(seconds)
        }
        Terminal.say(json.bytes + [0x0A])
    }
}

/// `azukari remote export`.
struct RemoteExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the rows of a query to a CSV file, from a server that speaks the platform's Bulk API 2.0.",
        discussion: """
            The file appears under its name when it is whole, and is readable by you alone.

            EXAMPLE
              azukari remote export "SELECT Id, LastName, Account.Name FROM Contact" --out contacts.csv --server URL --token-file token
            """)

    @OptionGroup var remote: RemoteOptions
    @Argument(help: "A query in SOQL.") var query: String
    @Option(help: "The file to write.", transform: Terminal.path) var out: String
    @Flag(help: "The recycle bin as well.") var all = false

    func run() async throws {
        let file = try ExportFile(path: out)
        do {
            let rows = try await remote.withServer { server in
                let job = try await RemoteJob.make(
                    .query, ["operation": all ? "queryAll" : "query", "query": .string(query)], on: server)
                let state = try await job.end(on: server)
                guard state.name == "JobComplete" else {
                    throw LoadError("The job ended as \(state.name): \(state.message ?? "the server gives no reason").")
                }
                var joined = JoinedCSV()
                var locator: String? = ""
                while let at = locator {
                    let page = job.path + "/results" + (at.isEmpty ? "" : "?locator=\(at)")
                    let next = try await server.download(page, header: "Sforce-Locator", joined.next(file.write))
                    locator = next == "null" ? nil : next
                }
                return state.processed
            }
            try file.commit()
            guard remote.json else { return Terminal.tell("\(rows) rows") }
            var json = JSONWriter(isIndented: true)
            json.object { json in
                json.key("rows")
                json.integer(rows)
                json.member("file", out)
            }
            Terminal.say(json.bytes + [0x0A])
        } catch {
            file.discard()
            throw error
        }
    }
}
