import ArgumentParser
import Engine
import Formats
import Foundation
import Records

/// `azukari export`.
struct ExportCommand: OrganisationCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case csv, json, xml }

    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the rows of an object or of a query to a file.",
        discussion: """
            Streams: memory stays the same however many rows there are. The file appears under its name when it is
            whole, and is readable by you alone. Who was exported is on record, as with every read.

            EXAMPLES
              azukari export Contact --out contacts.csv
              azukari export "SELECT Id, Name, Account.Name FROM Contact WHERE HasOptedOutOfEmail = false" --format json
              azukari export Case --format xml --out cases.xml
              azukari export Lead --spreadsheet-safe --delimiter semicolon --out leads.csv

            EXIT CODES: 0 written, 1 not written.
            """)

    @OptionGroup var organisation: OrganisationOptions
    @Argument(help: "An object's API name, for all of its rows and fields, or a query in SOQL.") var what: String
    @Option(help: "csv, json or xml. Default: as the file's name ends, else csv.") var format: Format?
    @Option(help: "The file to write. Default: standard output.", transform: Terminal.path) var out: String?
    @Option(help: "Of CSV: comma, tab, semicolon, pipe, caret or backquote.") var delimiter = "comma"
    @Flag(help: "Of CSV: quote every cell.") var quoteAll = false
    @Flag(help: "Of CSV: end rows with CR LF.") var crlf = false
    @Flag(help: "Of CSV: put an apostrophe before texts that a spreadsheet would take for a formula.")
    var spreadsheetSafe = false
    @Flag(help: "The recycle bin as well.") var all = false
    @Flag(help: "Show progress even when standard error is no terminal.") var progress = false

    func validate() throws {
        if CSVDelimiter(wireName: delimiter) == nil {
            throw ValidationError("--delimiter is comma, tab, semicolon, pipe, caret or backquote.")
        }
    }

    func run() async throws {
        let file = try out.map { try ExportFile(path: $0) }
        let count = RowCount()
        do {
            try await organisation.withSession("export at the command line") { session in
                try await write(to: file, count, in: session)
            }
            try file?.commit()
        } catch {
            file?.discard()
            throw error
        }
        guard let out else { return }
        if organisation.json {
            var json = JSONWriter(isIndented: true)
            json.object { json in
                json.key("rows")
                json.integer(count.value)
                json.member("file", out)
            }
            Terminal.say(json.bytes + [0x0A])
        } else {
            Terminal.say("\(count.value) rows in \(out)")
        }
    }

    private func write(to file: ExportFile?, _ count: RowCount, in session: Session) async throws {
        let soql = try await query(in: session)
        let bar = ProgressBar(
            "export", total: try await rowsTotal(in: session), isAsked: progress, environment: .system)
        for try await chunk in try await stream(soql, count, in: session) {
            if let file { try file.write(chunk) } else { Terminal.say(chunk) }
            bar.advance(to: count.value, rows: count.value)
        }
        if file != nil { bar.finish() }
    }

    private func stream(
        _ soql: String, _ count: RowCount, in session: Session
    ) async throws -> EncodedRows {
        let deleted: Deleted = all ? .with : .without
        let ending = URL(fileURLWithPath: out ?? "").pathExtension.lowercased()
        switch format ?? Format(rawValue: ending) ?? .csv {
        case .json: return try await session.encode(soql, deleted: deleted, with: JSONExport(count: count))
        case .xml: return try await session.encode(soql, deleted: deleted, with: try XMLExport(count: count))
        case .csv:
            let csv = CSVWriter(
                delimiter: CSVDelimiter(wireName: delimiter) ?? .comma, lineEnding: crlf ? .crlf : .lf,
                quoting: quoteAll ? .always : .whenNeeded, isSpreadsheetSafe: spreadsheetSafe)
            return try await session.encode(soql, deleted: deleted, with: CSVExport(count: count, csv: csv))
        }
    }

    private var isObject: Bool { !what.contains { $0.isWhitespace } }

    /// Of an object all fields that have a column, in the order of the schema.
    private func query(in session: Session) async throws -> String {
        guard isObject else { return what }
        guard let object = try await session.schema().object(what) else {
            throw PlatformError(.invalidType, "There is no object \(what). `azukari schema show` lists them.")
        }
        let fields = object.fields.filter { $0.type.storage != nil }.map(\.name)
        return "SELECT \(fields.joined(separator: ", ")) FROM \(object.name)"
    }

    /// For the progress bar alone; a query of the caller's own is not asked twice.
    private func rowsTotal(in session: Session) async throws -> Int {
        guard isObject, progress || Terminal.errorsGoToATerminal else { return 0 }
        return try await session.page(
            "SELECT count() FROM \(what)", size: 200, deleted: all ? .with : .without
        ).totalSize
    }
}

/// A file that gets its name when it is whole.
struct ExportFile {
    private let path: String
    private let partial: String
    private let file: FileHandle

    init(path: String) throws {
        self.path = path
        partial = path + ".partial"
        guard FileManager.default.createFile(atPath: partial, contents: nil, attributes: [.posixPermissions: 0o600]),
            let file = FileHandle(forWritingAtPath: partial)
        else { throw LoadError("\(path): the file cannot be written.") }
        self.file = file
    }

    func write(_ bytes: [UInt8]) throws { try file.write(contentsOf: bytes) }

    func commit() throws {
        try file.synchronize()
        try file.close()
        guard rename(partial, path) == 0 else { throw LoadError("\(path): the file cannot be written.") }
    }

    func discard() {
        try? file.close()
        try? FileManager.default.removeItem(atPath: partial)
    }
}
