import Formats
import Foundation
import NIOHTTP1
import Records

/// Loads a file into a server by jobs of the bulk interface: as many rows a job as it takes, several jobs at once.
///
/// Which jobs were made is written down before their rows are sent. So a load that broke off can go on: a job that has ended is
/// not made again, and one whose rows may not have arrived is ended and made anew.
struct RemoteLoad {
    let server: RemoteServer
    let object: String
    let operation: String
    let externalID: String?
    let rows: JobRows
    let journal: RemoteJournal
    /// The file where those are listed that the server refuses.
    let refused: String
    /// Where what was written is listed; nil: nowhere.
    let successes: ExportFile?
    let parallel: Int
    let progress: ProgressBar

    struct Tally {
        var rows = 0
        var failed = 0
        /// Rows of the file that cannot be read.
        var unread = 0
    }

    func run() async throws -> Tally {
        var tally = Tally()
        var waiting: [RemoteJob] = []
        var (joinedSuccesses, joinedErrors) = (JoinedCSV(), JoinedCSV())
        var failures: ExportFile?
        defer { failures?.discard() }
        var place = 0
        func end(_ job: RemoteJob) async throws {
            let before = tally.rows
            let state = try await job.end(on: server) {
                progress.advance(to: rows.bytesRead, rows: before + $0.processed)
            }
            guard state.name == "JobComplete" else {
                throw LoadError(
                    "The job \(job.id) ended as \(state.name): \(state.message ?? "the server gives no reason"). "
                        + "Load the file again with --resume.")
            }
            tally.rows += state.processed
            tally.failed += state.failed
            if let successes {
                _ = try await server.download(job.path + "/successfulResults", joinedSuccesses.next(successes.write))
            }
            if state.failed > 0 {
                let file = try failures ?? ExportFile(path: refused)
                failures = file
                _ = try await server.download(job.path + "/failedResults", joinedErrors.next(file.write))
            }
        }
        while let csv = try rows.next() {
            if waiting.count >= parallel { try await end(waiting.removeFirst()) }
            waiting.append(try await job(at: place, for: csv))
            place += 1
        }
        for job in waiting { try await end(job) }
        try failures?.commit()
        failures = nil
        tally.unread = rows.unreadCount
        return tally
    }

    /// The job that takes these rows: that of the load that broke off where it has them, or a new one.
    private func job(at place: Int, for csv: [UInt8]) async throws -> RemoteJob {
        if let known = journal.job(at: place) {
            let state = try await known.state(on: server)
            if !["Open", "Aborted", "Failed"].contains(state.name) { return known }
            if state.name == "Open" { _ = try await server.send(.PATCH, known.path, json: ["state": "Aborted"]) }
        }
        var body: [(String, JSONValue)] = [
            ("object", .string(object)), ("operation", .string(operation)), ("contentType", "CSV"),
            ("lineEnding", "LF"),
        ]
        if let externalID { body.append(("externalIdFieldName", .string(externalID))) }
        let job = try await RemoteJob.make(.ingest, .object(body.map { JSONMember($0.0, $0.1) }), on: server)
        try journal.note(job, at: place)
        try await server.upload(csv, to: job.path + "/batches")
        _ = try await server.send(.PATCH, job.path, json: ["state": "UploadComplete"])
        return job
    }
}

/// The rows of a file as jobs take them: as many as one may have, and no more than some megabytes.
final class JobRows {
    private let source: CSVSource
    /// The field of each column of the file; nil leaves it out.
    private let fields: [String?]
    /// Where rows are listed that cannot be read.
    private let unread: ResultsFile
    private let rowsPerJob: Int
    private(set) var unreadCount = 0
    /// What was read and not handed on yet.
    private var rest: (block: SourceBlock, next: Int)?

    private static let bytesInJob = 50 << 20

    init(_ source: CSVSource, fields: [String?], unread: ResultsFile, rowsPerJob: Int) {
        self.source = source
        self.fields = fields
        self.unread = unread
        self.rowsPerJob = rowsPerJob
    }

    var bytesRead: Int { source.bytesRead }

    /// Those of the next job, in CSV; nil at the end.
    func next() throws -> [UInt8]? {
        var csv = CSVWriter(delimiter: .comma, lineEnding: .lf, quoting: .whenNeeded)
        for case let field? in fields { csv.text(field) }
        csv.endRow()
        var rows = 0
        while csv.bytes.count < Self.bytesInJob, rows < rowsPerJob {
            guard let (block, place) = try rest ?? read() else { break }
            guard place < block.cells.rowCount else {
                rest = nil
                continue
            }
            for (field, cell) in zip(fields, block.cells.values(of: place)) where field != nil { csv.value(cell) }
            csv.endRow()
            rows += 1
            rest = (block, place + 1)
        }
        if rows == 0 { try unread.finish() }
        return rows == 0 ? nil : csv.bytes
    }

    private func read() throws -> (block: SourceBlock, next: Int)? {
        guard let block = try source.next() else { return nil }
        for row in block.faulty {
            unreadCount += 1
            try unread.add(row, row.fault ?? RowFault(code: "CSV", message: "cannot be read", column: nil))
        }
        return (block, 0)
    }
}

/// Which jobs a load has made, in a file beside it, line by line.
final class RemoteJournal {
    private let path: String
    private var jobs: [String]

    /// - Parameters:
    ///   - load: Names the load: of another one nothing is gone on with.
    ///   - isResumed: Whether to go on where one broke off.
    init(path: String, load: String, isResumed: Bool) throws {
        self.path = path
        let lines = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n").map(String.init) ?? []
        if isResumed {
            guard lines.first == load else {
                throw LoadError("\(path): there is no load of this file, as it is now, to go on with.")
            }
            jobs = Array(lines.dropFirst())
        } else {
            jobs = []
        }
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw LoadError("\(path): the file cannot be written.")
        }
        self.load = load
        try store()
    }

    private let load: String

    func job(at place: Int) -> RemoteJob? {
        jobs.indices.contains(place) ? RemoteJob(id: jobs[place], kind: .ingest) : nil
    }

    func note(_ job: RemoteJob, at place: Int) throws {
        jobs = jobs.prefix(place) + [job.id] + jobs.dropFirst(place + 1)
        try store()
    }

    /// When the load has ended.
    func remove() { try? FileManager.default.removeItem(atPath: path) }

    private func store() throws {
        try Data((([load] + jobs).joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }
}
