import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Records

/// `query`, `queryAll` and their next pages.
struct Query {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.rest("query", get: shared.rest { try await run($0, deleted: .without, resource: "query") })
        router.rest("queryAll", get: shared.rest { try await run($0, deleted: .with, resource: "queryAll") })
        router.rest("query/:locator", get: shared.rest { try await next($0, resource: "query") })
        router.rest("queryAll/:locator", get: shared.rest { try await next($0, resource: "queryAll") })
    }

    private func run(_ call: RESTCall, deleted: Deleted, resource: String) async throws -> Response {
        if let soql = call.query["explain"] { return try await Explain.answer(call, soql) }
        guard let soql = call.query["q"] else {
            throw PlatformError(.missingArgument, "The parameter q with a SOQL query is missing.")
        }
        let page = try await call.session.page(
            soql, size: Self.pageSize(call.request) ?? Limits.queryPageRowsDefault, deleted: deleted, with: call.records
        )
        return Self.answer(call, page: page, resource: resource)
    }

    private func next(_ call: RESTCall, resource: String) async throws -> Response {
        let locator = try call.parameter("locator")
        let page = try await call.session.page(at: locator, size: Self.pageSize(call.request), with: call.records)
        return Self.answer(call, page: page, resource: resource)
    }

    static func answer(_ call: RESTCall, page: Page<[UInt8]>, resource: String) -> Response {
        func write(_ json: inout JSONWriter) {
            json.beginObject()
            json.key("totalSize")
            json.integer(page.totalSize)
            json.key("done")
            json.boolean(page.locator == nil)
            if let locator = page.locator { json.member("nextRecordsUrl", "\(call.base)/\(resource)/\(locator)") }
            json.key("records")
            json.beginArray()
        }
        guard call.request.headers[.prettyPrint] == "1" else {
            var json = JSONWriter()
            write(&json)
            return Response(
                status: .ok, headers: [.contentType: "application/json;charset=UTF-8"],
                body: .list(page.records, behind: json.bytes, before: Array("]}".utf8)))
        }
        return call.answer { json in
            write(&json)
            for record in page.records { json.raw(record) }
            json.endArray()
            json.endObject()
        }
    }

    /// `Sforce-Query-Options: batchSize=200`, kept within what the platform allows.
    private static func pageSize(_ request: Request) -> Int? {
        for option in (request.headers[.sforceQueryOptions] ?? "").split(separator: ",") {
            let parts = option.split(separator: "=")
            guard parts.count == 2, parts[0].trimmingSpaces().lowercased() == "batchsize",
                let size = Int(parts[1].trimmingSpaces())
            else { continue }
            return min(max(size, Limits.queryPageRows.lowerBound), Limits.queryPageRows.upperBound)
        }
        return nil
    }
}
