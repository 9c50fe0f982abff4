import Engine
import Formats
import HTTP
import Hummingbird
import Loading
import Records

/// A job of the second bulk interface, as its resources tell it.
struct JobInfo {
    let job: BulkJob
    let form: BulkForm

    init(_ job: BulkJob) throws {
        self.job = job
        form = try BulkForm(job.form)
    }

    /// `Open`, `UploadComplete`, `InProgress`, `JobComplete`, `Failed` or `Aborted`.
    var state: String {
        if job.state == .aborted { return "Aborted" }
        if job.batches.failed > 0 { return "Failed" }
        if job.batches.running > 0 { return "InProgress" }
        if job.state == .open { return "Open" }
        return job.hasEnded ? "JobComplete" : "UploadComplete"
    }

    func write(into json: inout JSONWriter) {
        json.object { json in
            json.key("id")
            json.value(.id(job.id))
            json.member("operation", job.operation.rawValue)
            json.member("object", job.object)
            json.key("createdById")
            json.value(.id(job.user))
            json.key("createdDate")
            json.value(.datetime(job.created))
            json.key("systemModstamp")
            json.value(.datetime(job.changed))
            json.member("state", state)
            if let externalID = job.externalID { json.member("externalIdFieldName", externalID) }
            json.member("concurrencyMode", form.isSerial ? "Serial" : "Parallel")
            json.member("contentType", form.content.rawValue)
            json.key("apiVersion")
            json.double(Double(form.version))
            if job.kind == .ingest {
                // Without a slash in front: clients add one.
                json.member("contentUrl", "services/data/v\(form.version).0/jobs/ingest/\(job.id)/batches")
            }
            json.member("lineEnding", form.lineEnding.rawValue)
            json.member("columnDelimiter", form.delimiter.wireName)
            json.member("jobType", jobType)
            json.key("numberRecordsProcessed")
            json.integer(job.batches.rows)
            json.key("numberRecordsFailed")
            json.integer(job.batches.rowsFailed)
            json.key("retries")
            json.integer(0)
            json.key("totalProcessingTime")
            json.integer(job.batches.milliseconds)
            if job.kind == .query {
                json.key("isPkChunkingSupported")
                json.boolean(true)
            } else {
                json.key("apiActiveProcessingTime")
                json.integer(job.batches.milliseconds)
                json.key("apexProcessingTime")
                json.integer(0)
            }
            if let message = job.batches.message { json.member("errorMessage", message) }
        }
    }

    private var jobType: String {
        switch job.kind {
        case .ingest: "V2Ingest"
        case .query: "V2Query"
        case .batches: "Classic"
        }
    }
}

extension RESTCall {
    /// A job as the answer.
    func answer(_ job: BulkJob) throws -> Response {
        let info = try JobInfo(job)
        return answer { info.write(into: &$0) }
    }

    /// The id of the job in the path.
    func jobID() throws -> RecordID {
        guard let id = RecordID(try parameter("id")) else {
            throw PlatformError(.notFound, "The requested resource does not exist")
        }
        return id
    }

    /// A job of this user's, made by one of these interfaces.
    func job(_ kinds: BulkJob.Kind...) async throws -> BulkJob {
        let job = try await session.job(jobID())
        guard kinds.contains(job.kind) else {
            throw PlatformError(.notFound, "The requested resource does not exist")
        }
        return job
    }

    /// `columnDelimiter` and `lineEnding` of a job that is to be made.
    func bulkForm(_ body: JSONValue) throws -> BulkForm {
        var form = BulkForm()
        form.version = version
        if let text = try body.text("contentType"), text.uppercased() != "CSV" {
            throw PlatformError(.invalidJob, "contentType must be CSV.")
        }
        if let text = try body.text("columnDelimiter") {
            guard let delimiter = CSVDelimiter(wireName: text) else {
                throw PlatformError(
                    .invalidJob,
                    "columnDelimiter must be one of \(CSVDelimiter.allCases.map(\.wireName).joined(separator: ", ")).")
            }
            form.delimiter = delimiter
        }
        if let text = try body.text("lineEnding") {
            guard let lineEnding = LineEnding(rawValue: text.uppercased()) else {
                throw PlatformError(.invalidJob, "lineEnding must be LF or CRLF.")
            }
            form.lineEnding = lineEnding
        }
        return form
    }

    /// The user's jobs of some interfaces, a page of them.
    func jobs(_ kinds: [BulkJob.Kind], resource: String) async throws -> Response {
        var before: RecordID?
        if let locator = query["queryLocator"] {
            before = RecordID(locator)
            if before == nil { throw PlatformError(.invalidQueryLocator, "invalid query locator") }
        }
        let size = 1_000
        let jobs = try await session.jobs(kinds, before: before, limit: size)
        let infos = try jobs.map { try JobInfo($0) }
        return answer { json in
            json.object { json in
                json.key("done")
                json.boolean(jobs.count < size)
                json.key("records")
                json.array { json in for info in infos { info.write(into: &json) } }
                json.key("nextRecordsUrl")
                if jobs.count == size, let last = jobs.last {
                    json.string("\(base)/jobs/\(resource)?queryLocator=\(last.id)")
                } else {
                    json.null()
                }
            }
        }
    }
}

extension Shared {
    /// A handler of the second bulk interface, whose errors have names of their own.
    func bulk(_ handle: @escaping @Sendable (RESTCall) async throws -> Response) -> Handler {
        rest { call in
            do { return try await handle(call) } catch let error as PlatformError { throw Self.bulkError(error) }
        }
    }

    static func bulkError(_ error: PlatformError) -> PlatformError {
        let code: PlatformError.Code =
            switch error.code {
            case .invalidStatus: .invalidJobState
            case .invalidType: .invalidEntity
            case .functionalityNotEnabled: .featureNotEnabled
            case .invalidField where error.position == nil: .invalidJob
            default: error.code
            }
        return PlatformError(code, error.message)
    }
}
