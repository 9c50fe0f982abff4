import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Identity
import Loading
import Records

/// `/services/async/V/job`: the first bulk interface. A job takes any number of batches, in CSV, JSON or XML.
struct AsyncJobs {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        func resource(_ path: String, get: AsyncHandler? = nil, post: AsyncHandler? = nil) {
            router.resource(
                RouterPath("services/async/:version/\(path)"), get: get.map(shared.async), post: post.map(shared.async))
        }
        resource("job", post: create)
        resource("job/:id", get: get, post: change)
        resource("job/:id/batch", get: batches, post: addBatch)
        resource("job/:id/batch/:batch", get: batch)
        resource("job/:id/batch/:batch/request", get: request)
        resource("job/:id/batch/:batch/result", get: AsyncResults(shared: shared).results)
        resource("job/:id/batch/:batch/result/:result", get: AsyncResults(shared: shared).rows)
    }

    // MARK: Jobs

    @Sendable private func create(_ call: AsyncCall) async throws -> Response {
        let body = try await call.body()
        guard let object = body["object"], let name = body["operation"] else {
            throw PlatformError(.invalidJob, "operation and object are needed.")
        }
        guard let operation = BulkOperation(name) else {
            throw PlatformError(.invalidJob, "Invalid operation: \(name.prefix(40))")
        }
        let externalID = body["externalIdFieldName"]
        if operation == .upsert, externalID == nil {
            throw PlatformError(.invalidJob, "An upsert needs externalIdFieldName.")
        }
        var form = BulkForm()
        form.version = call.version
        form.isSerial = ["serial", "1"].contains(body["concurrencyMode"]?.lowercased() ?? "")
        // Without a word of it the batches are in XML.
        guard let content = BulkForm.Content(rawValue: body["contentType"]?.uppercased() ?? "XML") else {
            throw PlatformError(.invalidJob, "contentType must be CSV, JSON or XML: archives are not taken.")
        }
        form.content = content
        if call.request.headers[.sforceLineEnding]?.uppercased() == "CRLF" { form.lineEnding = .crlf }
        if operation.isQuery, let chunks = call.request.headers[.sforceEnablePKChunking] {
            try form.setChunks(chunks)
        }
        let job = try await call.session.makeJob(
            NewBulkJob(
                kind: .batches, operation: operation, object: object,
                externalID: operation == .upsert ? externalID : nil, form: form.text))
        return try call.answer(job, status: .created)
    }

    @Sendable private func get(_ call: AsyncCall) async throws -> Response { try call.answer(try await call.job()) }

    @Sendable private func change(_ call: AsyncCall) async throws -> Response {
        let job = try await call.job()
        switch try await call.body()["state"] {
        case "Closed": return try call.answer(try await call.session.closeJob(job.id))
        case "Aborted": return try call.answer(try await call.session.abortJob(job.id))
        default: throw PlatformError(.invalidJob, "state must be Closed or Aborted.")
        }
    }

    // MARK: Batches

    @Sendable private func addBatch(_ call: AsyncCall) async throws -> Response {
        let job = try await call.job()
        let form = try BulkForm(job.form)
        let upload = try await call.session.upload(to: job.id)
        do {
            try await upload.take(call.request, upTo: Limits.asyncBatchBytesMax)
        } catch let refused as RefusedRequest {
            throw PlatformError(.exceededQuota, refused.error.message)
        }
        let batch = try await upload.finish(waits: true, form: job.operation.isQuery ? form.text : "")
        shared.runner.wake()
        return AsyncForm(of: form).response("batchInfo", batch.members, status: .created)
    }

    @Sendable private func batches(_ call: AsyncCall) async throws -> Response {
        let job = try await call.job()
        let batches = try await call.session.batches(of: job.id)
        return AsyncForm(of: try BulkForm(job.form)).list("batchInfoList", of: "batchInfo", batches.map(\.members))
    }

    @Sendable private func batch(_ call: AsyncCall) async throws -> Response {
        let (job, batch) = try await call.batch()
        return AsyncForm(of: try BulkForm(job.form)).response("batchInfo", batch.members)
    }

    /// What was sent, byte for byte.
    @Sendable private func request(_ call: AsyncCall) async throws -> Response {
        let (job, batch) = try await call.batch()
        let form = try BulkForm(job.form)
        let sent = try await call.session.sent(batch)
        return Response(
            status: .ok, headers: [.contentType: job.operation.isQuery ? "text/csv" : form.contentType],
            body: .bytes(of: sent))
    }
}

extension BulkForm {
    /// What a batch of the job is sent and answered as.
    var contentType: String {
        switch content {
        case .csv: "text/csv"
        case .json: "application/json"
        case .xml: "application/xml"
        }
    }

    /// `true`, or `chunkSize=250; startRow=001…`; some clients end it with a semicolon, or say nothing but the size.
    mutating func setChunks(_ header: String) throws {
        if header.trimmingSpaces().lowercased() == "false" { return }
        chunkSize = 100_000
        for option in header.split(separator: ";") {
            let parts = option.split(separator: "=", maxSplits: 1).map { $0.trimmingSpaces() }
            guard parts.count == 2 else { continue }
            switch parts[0].lowercased() {
            case "chunksize":
                guard let size = Int(parts[1]), (1...250_000).contains(size) else {
                    throw PlatformError(.invalidJob, "chunkSize must be a number from 1 to 250000.")
                }
                chunkSize = size
            case "startrow":
                guard let id = RecordID(parts[1]) else {
                    throw PlatformError(.invalidJob, "startRow must be an id.")
                }
                startRow = id.description
            default: continue
            }
        }
    }
}

extension ResponseBody {
    /// The bytes of a job's file, or some of them behind others, in pieces.
    static func bytes(of source: JobBytes, _ range: Range<Int>? = nil, behind head: [UInt8] = []) -> ResponseBody {
        let range = range ?? 0..<source.count
        return .pieces(from: (offset: range.lowerBound, head: head)) { state in
            let count = min(1 << 20, range.upperBound - state.offset)
            let read = try source.read(from: state.offset, upTo: count)
            let bytes = state.head.isEmpty ? read : state.head + read
            state = (state.offset + read.count, [])
            return bytes.isEmpty ? nil : bytes
        }
    }
}

extension BulkBatch {
    /// `batchInfo`.
    fileprivate var members: [AsyncMember] {
        var members = [
            AsyncMember("id", id.description), AsyncMember("jobId", job.description), AsyncMember("state", stateName),
        ]
        if let message { members.append(AsyncMember("stateMessage", message)) }
        return members + [
            AsyncMember("createdDate", "\(created)"), AsyncMember("systemModstamp", "\(changed)"),
            AsyncMember("numberRecordsProcessed", rows), AsyncMember("numberRecordsFailed", rowsFailed),
            AsyncMember("totalProcessingTime", milliseconds), AsyncMember("apiActiveProcessingTime", milliseconds),
            AsyncMember("apexProcessingTime", 0),
        ]
    }

    private var stateName: String {
        switch state {
        case .held, .waiting: "Queued"
        case .running: "InProgress"
        case .completed: "Completed"
        case .failed: "Failed"
        case .passedOver: "NotProcessed"
        }
    }
}
