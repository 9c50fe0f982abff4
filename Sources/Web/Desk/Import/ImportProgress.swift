import Engine
import HTTP
import HTTPTypes
import Hummingbird
import Loading
import NIOCore
import Records

/// How far an import is, and what came of it.
enum ImportProgress {
    /// What the page shows.
    struct Page: Sendable {
        let name: String
        let action: String
        let token: String
        let deed: String
        let state: StateWord
        /// Whether the page is to look again by itself.
        let isRunning: Bool
        let rows: Int
        let done: Int
        let progress: String
        let facts: [Fact]
        let failure: Notice?
        let refusedTable: RefusedTable?
        let files: [PlaceLink]
    }

    /// The first of the rows that were refused.
    struct RefusedTable: Sendable {
        let rows: [RefusedRow]
        /// Where these are not all.
        let note: String?
    }

    /// A row that was refused.
    struct RefusedRow: Sendable {
        let number: String
        let reasons: [String]
    }

    private static let refusedShown = 50

    static func show(_ found: ImportJob, _ visit: Visit) async throws -> Response {
        let (job, words) = (found.job, visit.words)
        let isRunning = !job.hasEnded
        let batch = try await visit.session.batches(of: job.id).first
        let refused = isRunning || job.batches.rowsFailed == 0 ? [] : try await refused(batch, found, visit)
        let share = found.file.rows == 0 ? 0 : job.batches.rows * 100 / found.file.rows
        let page = Page(
            name: found.file.name, action: found.path, token: visit.token.text, deed: found.deed(visit),
            state: found.state(words), isRunning: isRunning, rows: max(found.file.rows, 1),
            done: min(job.batches.rows, found.file.rows),
            progress: words(
                "import.progress",
                [
                    "done": Words.grouped(job.batches.rows), "rows": Words.grouped(found.file.rows),
                    "percent": String(min(share, 100)),
                ]),
            facts: facts(found, batch, visit),
            failure: job.batches.message.map { _ in .failed(words("import.failed"), text: [words("import.failed_hint")])
            },
            refusedTable: refused.isEmpty
                ? nil
                : RefusedTable(
                    rows: refused,
                    note: job.batches.rowsFailed > refused.count
                        ? words("import.refused_more", ["n": Words.grouped(refused.count)]) : nil),
            files: isRunning ? [] : files(found, words))
        return visit.page(
            "import-progress", title: words("import.progress_title", ["name": found.file.name]), at: nil, page
        ).talking
    }

    /// The rows that were refused, or those that were taken, as a file.
    static func download(_ visit: Visit) async throws -> Response {
        let found = try await ImportJob.at(visit)
        let kinds: [String: IngestResults.Kind] = [
            "refused.csv": .failed, "taken.csv": .successful, "untouched.csv": .unprocessed,
        ]
        guard let name = visit.parameters.get("file"), let kind = kinds[name], found.job.hasEnded,
            let batch = try await visit.session.batches(of: found.job.id).first
        else { throw NothingHere() }
        let results = try await IngestResults(kind, batch, found.form, visit.session)
        // Without the mark, a spreadsheet in Japan takes UTF-8 for Shift_JIS.
        let marked = Marked(results: results)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8", .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"\(name)\"",
            ],
            body: .pieces(from: marked) { try $0.next() })
    }

    private struct Marked: Sendable {
        var results: IngestResults
        private var isMarked = false

        init(results: IngestResults) { self.results = results }

        mutating func next() throws -> [UInt8]? {
            if isMarked { return try results.next() }
            isMarked = true
            return [0xEF, 0xBB, 0xBF]
        }
    }

    private static func facts(_ found: ImportJob, _ batch: BulkBatch?, _ visit: Visit) -> [Fact] {
        let (job, words) = (found.job, visit.words)
        let taken = job.batches.rows - job.batches.rowsFailed
        var facts = [
            Fact(words("import.taken"), Words.grouped(taken)),
            Fact(words("import.refused_rows"), Words.grouped(job.batches.rowsFailed)),
        ]
        if job.hasEnded {
            let seconds = Double(job.batches.milliseconds) / 1_000
            if job.batches.failed + job.batches.completed > 0 {
                facts.append(Fact(words("import.took"), span(seconds: seconds, words)))
            }
        } else if let begun = found.form.begun {
            let seconds = Double(visit.dates.now.milliseconds - begun.milliseconds) / 1_000
            if seconds > 0, job.batches.rows > 0 {
                let rate = Double(job.batches.rows) / seconds
                facts.append(Fact(words("import.rate"), words("import.per_second", ["n": Words.grouped(Int(rate))])))
                let left = Double(max(0, found.file.rows - job.batches.rows)) / max(rate, 0.001)
                facts.append(Fact(words("import.left"), span(seconds: left, words)))
            }
        }
        return facts.compactMap { $0 }
    }

    private static func span(seconds: Double, _ words: Words) -> String {
        seconds < 90
            ? words.count("import.seconds", max(1, Int(seconds.rounded(.up))))
            : words.count("import.minutes", Int((seconds / 60).rounded(.up)))
    }

    private static func refused(
        _ batch: BulkBatch?, _ found: ImportJob, _ visit: Visit
    ) async throws -> [RefusedRow] {
        guard let batch else { return [] }
        let object = visit.schema.object(found.job.object)
        var outcomes = try await visit.session.outcomes(batch)
        var rows: [RefusedRow] = []
        var number = 0
        while rows.count < refusedShown, let outcome = try outcomes.next() {
            number += 1
            guard case .refused(let refusals) = outcome else { continue }
            rows.append(
                RefusedRow(
                    number: Words.grouped(number),
                    reasons: refusals.map {
                        Refusal.text(code: $0.code, fields: $0.fields, object: object, words: visit.words)
                    }))
        }
        return rows
    }

    private static func files(_ found: ImportJob, _ words: Words) -> [PlaceLink] {
        let tally = found.job.batches
        var names: [String] = []
        if tally.rowsFailed > 0 { names.append("refused") }
        if tally.rows > tally.rowsFailed { names.append("taken") }
        if tally.rows < found.file.rows { names.append("untouched") }
        return names.map {
            PlaceLink(href: "\(found.path)/\($0).csv", label: words("import.file_\($0)"), isCurrent: false)
        }
    }
}
