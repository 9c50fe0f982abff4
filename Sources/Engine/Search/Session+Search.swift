public import Records
import Store

/// A record that a search found.
public struct SearchHit: Sendable {
    public let id: RecordID
    public let object: String
    /// What names the record to people; empty where it has no name.
    public let name: String
    /// The fields that hold what was searched, at most three.
    public let snippets: [(field: String, text: String)]
}

extension Session {
    /// Records in which all words of a text occur, in fields that this session may read.
    ///
    /// Case, width and kana do not count; the beginning of a name is enough; a telephone number is found in any
    /// notation. What is in the bin or restricted is not found.
    /// - Parameters:
    ///   - objects: Where to search; nil: every object that can be searched.
    ///   - limit: At most so many hits of each object, the latest first.
    /// - Throws: `INVALID_SEARCH` for a text without a letter or digit; `INVALID_TYPE` for an object that is not there.
    public func search(_ text: String, in objects: [String]?, limit: Int) async throws -> [SearchHit] {
        guard !SearchTerms.searched(text).isEmpty else {
            throw PlatformError(.invalidSearch, "A search has at least one letter or digit.")
        }
        try await engine.settleSearch { _ in }
        let found = try await engine.store.read { connection in
            let access = try self.access(on: connection)
            return try self.searched(objects, access).map { object in
                (object, try self.hits(text, object, limit, access, connection))
            }
        }
        for (object, hits) in found { report(.search, object, hits.map(\.id)) }
        return found.flatMap(\.1)
    }

    private func searched(_ names: [String]?, _ access: Access) throws -> [ObjectSchema] {
        guard let names else {
            // People first: they are what an agent searches.
            let all = access.visible.objects.filter { $0.isSearchable && !$0.isInternal }
            return all.filter(\.isPerson) + all.filter { !$0.isPerson }
        }
        return try names.map { name in
            guard let object = access.visible.object(name) else {
                throw PlatformError(.invalidType, "sObject type '\(name)' is not supported.")
            }
            return object
        }
    }

    private func hits(
        _ text: String, _ object: ObjectSchema, _ limit: Int, _ access: Access, _ connection: any Connection
    ) throws -> [SearchHit] {
        guard let full = access.full.object(object.name) else { return [] }
        let ids = try engine.search.candidates(
            for: text, connection, limit: max(limit * 4, 200), of: object.keyPrefix
        )
        var hits: [SearchHit] = []
        for start in stride(from: 0, to: ids.count, by: 200) where hits.count < limit {
            let rows = try connection.storedRows(Array(ids[start..<min(start + 200, ids.count)]), of: full)
            for row in rows.sorted(by: { $0.id > $1.id }) where hits.count < limit {
                if row["IsDeleted"].boolean == true { continue }
                if let hit = hit(text, row, object) { hits.append(hit) }
            }
        }
        return hits
    }

    /// The hit, if what the session may see of the row has every word.
    private func hit(_ text: String, _ row: StoredRow, _ visible: ObjectSchema) -> SearchHit? {
        let fields = SearchIndex.fields(of: row.object).filter { visible.field($0.name) != nil }
        let terms = SearchIndex.terms(of: fields.map { row[$0.name].text }, fields)
        let groups = SearchTerms.searched(text)
        guard groups.allSatisfy({ group in group.contains(where: terms.contains) }) else { return nil }
        let snippets = fields.compactMap { field -> (field: String, text: String)? in
            guard let value = row[field.name].text else { return nil }
            let own = SearchIndex.terms(of: [value], [field])
            guard groups.contains(where: { $0.contains(where: own.contains) }) else { return nil }
            return (field.name, value)
        }
        let name = visible.nameField.flatMap { row[$0.name].text } ?? ""
        return SearchHit(id: row.id, object: visible.name, name: name, snippets: Array(snippets.prefix(3)))
    }
}

extension Engine {
    /// Indexes what bulk loads left for later.
    ///
    /// - Parameter progress: Gets how many records were indexed so far.
    /// - Returns: How many records were indexed.
    @discardableResult
    public func settleSearch(progress: @Sendable (Int) -> Void) async throws -> Int {
        var count = 0
        while try await hasPendingSearch() {
            try Task.checkCancellation()
            count += try await store.write { connection in
                try self.search.settle(connection, schema: try self.schema.current(on: connection), limit: 20_000)
            }
            progress(count)
        }
        return count
    }

    private func hasPendingSearch() async throws -> Bool {
        try await store.read { try $0.first("SELECT 1 FROM az_search_pending LIMIT 1") { _ in true } ?? false }
    }
}
