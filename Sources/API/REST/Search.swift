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
    }

    @Sendable private func search(_ call: RESTCall) async throws -> Response {
        guard let sosl = call.query["q"] else {
            throw PlatformError(.missingArgument, "The parameter q with a SOSL search is missing.")
        }
        let search = try parse(sosl)
        let texts = try search.term.texts()
        guard texts.allSatisfy({ $0.count >= 2 }) else {
            throw PlatformError(.malformedSearch, "search term must be longer than one character")
        }
        let rows = try await rows(call, search: search, texts: texts)
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
    private func rows(_ call: RESTCall, search: SOQL.Search, texts: [String]) async throws -> [[UInt8]] {
        let limit = min(search.limit.flatMap(\.count) ?? Self.hitsDefault, Self.hitsMax)
        guard !search.returning.isEmpty else {
            let hits = try await hits(call, texts: texts, objects: nil)
            return hits.prefix(limit).map { call.records.encode($0.object, $0.id) }
        }
        var rows: [[UInt8]] = []
        for returning in search.returning where rows.count < limit {
            let hits = try await hits(call, texts: texts, objects: [returning.object.text])
            if hits.isEmpty { continue }
            rows += try await call.session.query(
                try returning.query(), bindings: ["hits": .many(hits.map { .id($0.id) })], deleted: .without,
                with: call.records
            ).prefix(limit - rows.count)
        }
        return rows
    }

    /// What any of the texts finds, each record once.
    private func hits(_ call: RESTCall, texts: [String], objects: [String]?) async throws -> [SearchHit] {
        var seen: Set<RecordID> = []
        var all: [SearchHit] = []
        for text in texts {
            let hits = try await call.session.search(text, in: objects, limit: Self.hitsMax)
            all += hits.filter { seen.insert($0.id).inserted }
        }
        return all
    }
}

extension Literal {
    /// The number of a LIMIT.
    fileprivate var count: Int? { if case .integer(let number) = kind { Int(number) } else { nil } }
}

extension SearchTerm {
    /// The alternatives of the term, each the words that must all be found.
    fileprivate func texts() throws -> [String] {
        switch self {
        case .expression(let expression): return try expression.texts()
        case .bind:
            throw PlatformError(.malformedSearch, "A search of the API has its text in braces, as in FIND {Sato}.")
        }
    }
}

extension SearchExpression {
    fileprivate func texts() throws -> [String] {
        switch self {
        case .word(let word): return [word.text]
        case .phrase(let words): return [words.map(\.text).joined(separator: " ")]
        case .any(let items): return try items.flatMap { try $0.texts() }
        case .all(let items):
            // (a OR b) AND c is: a c, or b c.
            return try items.reduce([""]) { whole, item in
                let next = try item.texts()
                return whole.flatMap { head in next.map { head.isEmpty ? $0 : "\(head) \($0)" } }
            }
        case .not: throw PlatformError(.malformedSearch, "AND NOT is not served by this search. Leave it out.")
        }
    }
}

extension SearchWord {
    /// Without its wildcards: names are found by their beginnings anyway.
    fileprivate var text: String {
        parts.map { part in if case .text(let text) = part { text } else { "" } }.joined()
    }
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
