import Engine
import Formats
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import Loading
import Records

/// `jobs/query`: the rows of a query in CSV, found behind and fetched in pieces.
struct QueryJobs {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.rest("jobs/query", get: shared.bulk(list), post: shared.bulk(create))
        router.rest(
            "jobs/query/:id", get: shared.bulk(get), patch: shared.bulk(change), delete: shared.bulk(remove))
        router.rest("jobs/query/:id/results", get: shared.bulk(results))
        router.rest("jobs/query/:id/resultPages", get: shared.bulk(pages))
    }

    @Sendable private func create(_ call: RESTCall) async throws -> Response {
        let body = try await call.body()
        guard let soql = body["query"]?.string, let name = body["operation"]?.string else {
            throw PlatformError(.invalidJob, "operation and query are needed.")
        }
        guard let operation = BulkOperation(name), operation.isQuery else {
            throw PlatformError(.invalidJob, "operation must be query or queryAll.")
        }
        try QueryRun.check(soql)
        let job = try await call.session.makeJob(
            NewBulkJob(
                kind: .query, operation: operation, object: try QueryRun.object(of: soql), externalID: nil,
                form: call.bulkForm(body).text))
        let upload = try await call.session.upload(to: job.id)
        try upload.write(Array(soql.utf8), at: 0)
        _ = try await upload.finish(waits: false)
        let closed = try await call.session.closeJob(job.id)
        shared.runner.wake()
        return try call.answer(closed)
    }

    @Sendable private func list(_ call: RESTCall) async throws -> Response {
        try await call.jobs([.query], resource: "query")
    }

    @Sendable private func get(_ call: RESTCall) async throws -> Response {
        try call.answer(try await call.job(.query))
    }

    @Sendable private func change(_ call: RESTCall) async throws -> Response {
        let job = try await call.job(.query)
        guard try await call.body()["state"]?.string == "Aborted" else {
            throw PlatformError(.invalidJob, "state must be Aborted.")
        }
        return try call.answer(try await call.session.abortJob(job.id))
    }

    @Sendable private func remove(_ call: RESTCall) async throws -> Response {
        try await call.session.removeJob(call.job(.query).id)
        return call.empty
    }

    @Sendable private func results(_ call: RESTCall) async throws -> Response {
        let batch = try await completed(call)
        var first = 0
        if let locator = call.query["locator"] {
            guard let row = Self.row(of: locator), row <= batch.rows else {
                throw PlatformError(.invalidQueryLocator, "invalid query locator")
            }
            first = row
        }
        let size = try pageSize(call)
        let last = min(batch.rows, first + size)
        let rows = try await call.session.rows(batch)
        let header = try rows.read(from: 0, upTo: try await call.session.place(ofRow: 0, batch))
        let start = try await call.session.place(ofRow: first, batch)
        let end = try await call.session.place(ofRow: last, batch)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=UTF-8", .sforceNumberOfRecords: String(last - first),
                .sforceLocator: last < batch.rows ? Self.locator(last) : "null",
            ],
            body: .bytes(of: rows, start..<end, behind: header))
    }

    @Sendable private func pages(_ call: RESTCall) async throws -> Response {
        let batch = try await completed(call)
        let size = try pageSize(call)
        let starts = Array(stride(from: 0, to: max(batch.rows, 1), by: size))
        return call.answer { json in
            json.object { json in
                json.key("resultPages")
                json.array { json in
                    for start in starts {
                        let locator = start == 0 ? "" : "&locator=\(Self.locator(start))"
                        json.object {
                            $0.member(
                                "resultUrl", "\(call.base)/jobs/query/\(batch.job)/results?maxRecords=\(size)\(locator)"
                            )
                        }
                    }
                }
                json.key("nextRecordsUrl")
                json.null()
                json.key("done")
                json.boolean(true)
            }
        }
    }

    private func completed(_ call: RESTCall) async throws -> BulkBatch {
        let job = try await call.job(.query)
        guard let batch = try await call.session.batches(of: job.id).first, batch.state == .completed else {
            throw PlatformError(.invalidJobState, "The job has no results: it is \(try JobInfo(job).state).")
        }
        return batch
    }

    private func pageSize(_ call: RESTCall) throws -> Int {
        guard let text = call.query["maxRecords"] else { return Limits.resultPageRowsDefault }
        guard let size = Int(text), size > 0 else {
            throw PlatformError(.invalidJob, "maxRecords must be a whole number above 0.")
        }
        return min(size, Limits.resultPageRowsDefault)
    }

    /// The number of a row in Base64, as clients have seen it.
    private static func locator(_ row: Int) -> String {
        String(Data(String(row).utf8).base64EncodedString().prefix { $0 != "=" })
    }

    private static func row(of locator: String) -> Int? {
        let padded = locator + String(repeating: "=", count: (4 - locator.utf8.count % 4) % 4)
        return Data(base64Encoded: padded).flatMap { Int(String(decoding: $0, as: UTF8.self)) }.flatMap {
            $0 >= 0 ? $0 : nil
        }
    }
}
