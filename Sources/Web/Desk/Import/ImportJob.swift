import Engine
import HTTP
import Loading
import Records

/// A job whose rows somebody has brought in by the pages.
struct ImportJob: Sendable {
    let job: BulkJob
    let form: BulkForm
    let file: TakenFile

    /// Nil for the jobs of programs.
    init?(_ job: BulkJob) {
        guard let form = try? BulkForm(job.form), let file = form.file else { return nil }
        (self.job, self.form, self.file) = (job, form, file)
    }

    /// The one in the path.
    ///
    /// - Throws: ``NothingHere`` when there is none, or it is somebody else's.
    static func at(_ visit: Visit) async throws -> ImportJob {
        let job: BulkJob
        do {
            job = try await visit.session.job(try visit.id())
        } catch let error as PlatformError where error.code == .notFound {
            throw NothingHere()
        }
        guard let found = ImportJob(job) else { throw NothingHere() }
        return found
    }

    var path: String { "\(ImportPages.path)/\(job.id)" }

    /// `顧客：新規作成`
    func deed(_ visit: Visit) -> String {
        let words = visit.words
        let object = visit.schema.object(job.object)?.label(words.language) ?? job.object
        return words("import.deed", ["object": object, "operation": words("import.\(job.operation.rawValue)")])
    }

    func state(_ words: Words) -> StateWord {
        if job.state == .aborted { return .erased(words("import.state_aborted")) }
        if job.batches.failed > 0 { return .overdue(words("import.state_failed")) }
        if job.state == .open { return .ask(words("import.state_open")) }
        if !job.hasEnded { return .open(words("import.state_running")) }
        return job.batches.rowsFailed > 0
            ? .warning(words("import.state_partly")) : .may(words("import.state_done"))
    }

    func row(_ visit: Visit) -> ImportPages.JobRow {
        let words = visit.words
        return ImportPages.JobRow(
            href: path, name: file.name, deed: deed(visit), rows: words.count("import.rows", file.rows),
            refused: job.batches.rowsFailed > 0 ? words.count("import.refused", job.batches.rowsFailed) : nil,
            state: state(words), time: visit.dates.view(job.created))
    }
}
