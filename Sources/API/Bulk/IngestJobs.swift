import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Loading
import Records

/// `jobs/ingest`: rows in CSV, sent at once and written behind.
struct IngestJobs {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.rest("jobs/ingest", get: shared.bulk(list), post: shared.bulk(create))
        router.rest(
            "jobs/ingest/:id", get: shared.bulk(get), patch: shared.bulk(change), delete: shared.bulk(remove))
        router.rest("jobs/ingest/:id/:part", get: shared.bulk(results), put: shared.bulk(upload))
    }

    @Sendable private func create(_ call: RESTCall) async throws -> Response {
        let body = try await call.body()
        guard let object = body["object"]?.string, let name = body["operation"]?.string else {
            throw PlatformError(.invalidJob, "object and operation are needed.")
        }
        guard let operation = BulkOperation(name), !operation.isQuery else {
            throw PlatformError(.invalidJob, "operation must be insert, update, upsert, delete or hardDelete.")
        }
        let externalID = try body.text("externalIdFieldName")
        if operation == .upsert, externalID == nil {
            throw PlatformError(.invalidJob, "An upsert needs externalIdFieldName.")
        }
        let job = try await call.session.makeJob(
            NewBulkJob(
                kind: .ingest, operation: operation, object: object,
                externalID: operation == .upsert ? externalID : nil, form: call.bulkForm(body).text))
        return try call.answer(job)
    }

    @Sendable private func list(_ call: RESTCall) async throws -> Response {
        let kinds: [BulkJob.Kind] =
            switch call.query["jobType"] {
            case "V2Ingest": [.ingest]
            case "Classic": [.batches]
            case nil: [.ingest, .batches]
            default: throw PlatformError(.invalidJob, "jobType must be Classic or V2Ingest.")
            }
        return try await call.jobs(kinds, resource: "ingest")
    }

    @Sendable private func get(_ call: RESTCall) async throws -> Response {
        try call.answer(try await call.job(.ingest, .batches))
    }

    @Sendable private func change(_ call: RESTCall) async throws -> Response {
        let job = try await call.job(.ingest)
        switch try await call.body()["state"]?.string {
        case "UploadComplete":
            guard job.batches.total > 0 else {
                throw PlatformError(.invalidJobState, "Nothing was uploaded to this job.")
            }
            let closed = try await call.session.closeJob(job.id)
            shared.runner.wake()
            return try call.answer(closed)
        case "Aborted": return try call.answer(try await call.session.abortJob(job.id))
        default: throw PlatformError(.invalidJob, "state must be UploadComplete or Aborted.")
        }
    }

    @Sendable private func remove(_ call: RESTCall) async throws -> Response {
        try await call.session.removeJob(call.job(.ingest).id)
        return call.empty
    }

    @Sendable private func upload(_ call: RESTCall) async throws -> Response {
        let job = try await call.job(.ingest)
        guard try call.parameter("part").lowercased() == "batches" else {
            throw PlatformError(.notFound, "The requested resource does not exist")
        }
        if let type = call.request.headers[.contentType], !type.lowercased().hasPrefix("text/csv") {
            throw PlatformError(.unsupportedMediaType, "Send the rows as text/csv.")
        }
        let upload = try await call.session.upload(to: job.id)
        try await upload.take(call.request, upTo: Limits.uploadBytesMax)
        _ = try await upload.finish(waits: false)
        return Response(status: .created)
    }

    @Sendable private func results(_ call: RESTCall) async throws -> Response {
        let job = try await call.job(.ingest)
        let part = try call.parameter("part")
        guard let kind = IngestResults.Kind(rawValue: part.lowercased()) else {
            throw PlatformError(.notFound, "The requested resource does not exist")
        }
        guard job.hasEnded else {
            throw PlatformError(.invalidJobState, "The job has not ended: there are no results yet.")
        }
        let batch = try await call.session.batches(of: job.id).first
        var results: IngestResults?
        if let batch { results = try await IngestResults(kind, batch, JobInfo(job).form, call.session) }
        return Response(
            status: .ok, headers: [.contentType: "text/csv; charset=UTF-8"],
            body: .pieces(from: results) { try $0?.next() })
    }
}

extension BulkOperation {
    /// In any case of letters.
    init?(_ name: String) {
        guard let found = Self.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() }) else {
            return nil
        }
        self = found
    }
}

extension BulkUpload {
    /// Takes the body of a request as it comes. Cancelled when it is too large, or does not come whole.
    func take(_ request: Request, upTo limit: Int) async throws {
        var count = 0
        do {
            for try await piece in request.body {
                guard count + piece.readableBytes <= limit else { throw RefusedRequest.bodyTooLarge }
                try piece.withUnsafeReadableBytes { try write($0, at: count) }
                count += piece.readableBytes
            }
        } catch {
            cancel()
            throw error
        }
    }
}
