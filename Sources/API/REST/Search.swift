import Engine
import Formats
import HTTP
import Hummingbird
import Records
import SOQL

/// `search?q=FIND {…} RETURNING …`: full-text search.
struct Search {
    let shared: Shared

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
        let rows = try await SearchRun(session: call.session).rows(sosl, with: call.records)
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
}

/// A search on its way through the door.
struct SearchRun {
    let session: Session
    /// As the platform: what one search finds at most.
    private static let hitsMax = 2000
    private static let hitsDefault = 200

    /// The records found, with snippets where the search asks for them.
    func rows(_ sosl: String, with records: JSONRecords) async throws -> [[UInt8]] {
        let search = try parse(sosl)
        let wish = SnippetRecords.Wish(search)
        return try await self.records(search, bare: records.encode) { hits in
            if let wish { return SnippetRecords(records, hits: hits, wish) }
            return records
        }
    }

    /// The records found, as an encoder writes them.
    ///
    /// - Parameter bare: Writes one of which only the id is told.
    func records(
        _ sosl: String, with encoder: any RecordEncoder, bare: (String, RecordID) -> [UInt8]
    ) async throws -> [[UInt8]] {
        try await records(try parse(sosl), bare: bare) { _ in encoder }
    }

    private func parse(_ sosl: String) throws -> SOQL.Search {
        do {
            return try SOQL.Search(parsing: sosl, dialect: .api)
        } catch {
            throw error.platformError(in: sosl)
        }
    }

    /// The hits of each object as a query of their ids, so that fields, filters and order are the query's own.
    private func records(
        _ search: SOQL.Search, bare: (String, RecordID) -> [UInt8], _ encoder: ([SearchHit]) -> any RecordEncoder
    ) async throws -> [[UInt8]] {
        guard case .expression(let term) = search.term else {
            throw PlatformError(.malformedSearch, "A search of the API has its text in braces, as in FIND {Sato}.")
        }
        let limit = min(search.limit.flatMap(\.count) ?? Self.hitsDefault, Self.hitsMax)
        func hits(_ objects: [String]?) async throws -> [SearchHit] {
            try await session.search(term, in: objects, search.group ?? .all, limit: Self.hitsMax)
        }
        guard !search.returning.isEmpty else {
            return try await hits(nil).prefix(limit).map { bare($0.object, $0.id) }
        }
        var rows: [[UInt8]] = []
        for returning in search.returning where rows.count < limit {
            let hits = try await hits([returning.object.text])
            if hits.isEmpty { continue }
            rows += try await session.query(
                returning.query(), bindings: ["hits": .many(hits.map { .id($0.id) })], deleted: .without,
                with: encoder(hits)
            ).prefix(limit - rows.count)
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
