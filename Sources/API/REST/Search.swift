import Engine
import Formats
import HTTP
import Hummingbird
import Records
import SOQL

/// `search?q=FIND {…} RETURNING …`: full-text search.
struct Search {
    let shared: Shared
    /// As the platform: what one search finds at most.
    private static let hitsMax = 2000
    private static let hitsDefault = 200

    func add(to router: some RouterMethods<EdgeContext>) {
        router.rest("search", get: shared.rest(search))
        router.rest(
            "parameterizedSearch", get: shared.rest { try await run($0, ParameterizedSearch(query: $0.query).sosl) },
            post: shared.rest { try await run($0, ParameterizedSearch(body: try await $0.body()).sosl) })
    }

    @Sendable private func search(_ call: RESTCall) async throws -> Response {
        guard let sosl = call.query["q"] else {
            throw PlatformError(.missingArgument, "The parameter q with a SOSL search is missing.")
        }
        return try await run(call, sosl)
    }

    private func run(_ call: RESTCall, _ sosl: String) async throws -> Response {
        let rows = try await rows(call, try parse(sosl))
        return call.answer { json in
            // Before version 37 the answer was the bare array.
            if call.version < 37 {
                json.array { json in for row in rows { json.raw(row) } }
                return
            }
            json.object { json in
                json.key("searchRecords")
                json.array { json in for row in rows { json.raw(row) } }
            }
        }
    }

    private func parse(_ sosl: String) throws -> SOQL.Search {
        do {
            return try SOQL.Search(parsing: sosl, dialect: .api)
        } catch {
            throw error.platformError(in: sosl)
        }
    }

    /// The hits of each object as a query of their ids, so that fields, filters and order are the query's own.
    private func rows(_ call: RESTCall, _ search: SOQL.Search) async throws -> [[UInt8]] {
        guard case .expression(let term) = search.term else {
            throw PlatformError(.malformedSearch, "A search of the API has its text in braces, as in FIND {Sato}.")
        }
        let wish = SnippetRecords.Wish(search)
        let limit = min(search.limit.flatMap(\.count) ?? Self.hitsDefault, Self.hitsMax)
        func hits(_ objects: [String]?) async throws -> [SearchHit] {
            try await call.session.search(term, in: objects, search.group ?? .all, limit: Self.hitsMax)
        }
        guard !search.returning.isEmpty else {
            return try await hits(nil).prefix(limit).map { call.records.encode($0.object, $0.id) }
        }
        var rows: [[UInt8]] = []
        for returning in search.returning where rows.count < limit {
            let hits = try await hits([returning.object.text])
            if hits.isEmpty { continue }
            let (query, bindings) = (try returning.query(), ["hits": BoundValue.many(hits.map { .id($0.id) })])
            let room = limit - rows.count
            guard let wish else {
                rows += try await call.session.query(query, bindings: bindings, deleted: .without, with: call.records)
                    .prefix(room)
                continue
            }
            let records = SnippetRecords(call.records, hits: hits, wish)
            rows += try await call.session.query(query, bindings: bindings, deleted: .without, with: records)
                .prefix(room)
        }
        return rows
    }
}

extension Literal {
    /// The number of a LIMIT, or of a length.
    var count: Int? { if case .integer(let number) = kind { Int(number) } else { nil } }
}

extension Returning {
    /// The rows of the hits with the fields, the filter and the order that the search asks for.
    fileprivate func query() throws -> String {
        var query: SOQL.Query
        do {
            query = try SOQL.Query(parsing: "SELECT Id FROM \(object.text) WHERE Id IN :hits", dialect: .apex)
        } catch {
            throw PlatformError(.unknownException, "The search could not be made into a query.")
        }
        if !fields.isEmpty { query.select = fields }
        if let condition = self.where, let hits = query.where { query.where = .all([hits, condition]) }
        query.orderBy = orderBy
        query.limit = limit
        query.offset = offset
        return query.text
    }
}
