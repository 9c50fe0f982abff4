public import Records
public import SOQL
import Store

/// A record that a search found.
public struct SearchHit: Sendable {
    public let id: RecordID
    public let object: String
    /// What names the record to people; empty where it has no name.
    public let name: String
    /// The fields that hold what was searched, at most three.
    public let snippets: [SearchSnippet]
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
        try await search(try SearchPattern(text: text), in: objects, .all, limit: limit)
    }

    /// Records that the term of a SOSL search describes, in the fields of a group that this session may read.
    ///
    /// Compared as ``search(_:in:limit:)`` compares. Latin words that end in a wildcard are found in names and e-mail
    /// addresses; the words of a phrase stand side by side in one field.
    /// - Parameters:
    ///   - objects: Where to search; nil: every object that can be searched.
    ///   - limit: At most so many hits of each object, the latest first.
    /// - Throws: What that throws; `INVALID_SEARCH` also for a word with fewer than two characters before its first wildcard.
    public func search(
        _ term: SearchExpression, in objects: [String]?, _ group: SearchGroup, limit: Int
    ) async throws -> [SearchHit] {
        try await search(try SearchPattern(term), in: objects, group, limit: limit)
    }

    private func search(
        _ pattern: SearchPattern, in objects: [String]?, _ group: SearchGroup, limit: Int
    ) async throws -> [SearchHit] {
        try await engine.settleSearch()
        let found = try await engine.store.read { connection in
            let access = try self.access(on: connection)
            let questions = try pattern.alternatives.compactMap { try self.engine.search.question($0, connection) }
            return try self.searched(objects, access).map { object in
                (object, try self.hits(pattern, questions, object, group, limit, access, connection))
            }
        }
        for (object, hits) in found {
            if !hits.isEmpty { note(object.name, rows: hits.count) }
            report(.search, object, hits.map(\.id))
        }
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
        _ pattern: SearchPattern, _ questions: [SearchIndex.Question], _ object: ObjectSchema, _ group: SearchGroup,
        _ limit: Int, _ access: Access, _ connection: any Connection
    ) throws -> [SearchHit] {
        guard let full = access.full.object(object.name) else { return [] }
        let fields = SearchIndex.fields(of: full).filter { object.field($0.name) != nil && group.holds($0) }
        let isLimited = try RecordFilter(access, connection.dialect).condition(full, Identifier("t0")) != nil
        let candidates = try questions.flatMap { question in
            try engine.search.candidates(
                for: question, connection, limit: max(limit * 4, 200), of: object.keyPrefix,
                seen: isLimited
                    ? { try RecordFilter.permitted($0, of: full, for: .read, access, connection) ?? Set($0) } : nil)
        }
        let ids = questions.count == 1 ? candidates : Set(candidates).sorted(by: >)
        var hits: [SearchHit] = []
        for start in stride(from: 0, to: ids.count, by: 200) where hits.count < limit {
            let rows = try connection.storedRows(Array(ids[start..<min(start + 200, ids.count)]), of: full)
            for row in rows.sorted(by: { $0.id > $1.id }) where hits.count < limit {
                if row["IsDeleted"].boolean == true { continue }
                if let hit = hit(pattern, row, fields, object) { hits.append(hit) }
            }
        }
        return hits
    }

    /// The hit, if what the session may see of the row is what is looked for.
    private func hit(
        _ pattern: SearchPattern, _ row: StoredRow, _ fields: [Field], _ visible: ObjectSchema
    ) -> SearchHit? {
        let texts = fields.compactMap { field in row[field.name].text.map { (field: field, text: $0) } }
        guard pattern.matches(SearchedTexts(texts)) else { return nil }
        let touched = texts.lazy.filter { pattern.touches(SearchedTexts([$0])) }.prefix(Self.touchedMax)
        let snippets = touched.map { found in
            SearchSnippet(field: found.field.name, text: found.text, marks: pattern.words.marks(in: found.text))
        }
        let name = visible.nameField.flatMap { row[$0.name].text } ?? ""
        return SearchHit(
            id: row.id, object: visible.name, name: name,
            // What holds most of what was searched tells best why the record was found.
            snippets: Array(Self.stablySorted(Array(snippets)).prefix(Self.snippetsMax)))
    }

    private static let touchedMax = 8
    private static let snippetsMax = 3

    private static func stablySorted(_ snippets: [SearchSnippet]) -> [SearchSnippet] {
        snippets.enumerated().sorted { ($1.element.markedCount, $0.offset) < ($0.element.markedCount, $1.offset) }
            .map(\.element)
    }
}

extension SearchGroup {
    /// Whether a search in this group of fields looks into a field.
    fileprivate func holds(_ field: Field) -> Bool {
        switch self {
        case .all: true
        case .name: field.isNameField || field.compoundFieldName == "Name"
        case .email: field.type == .email
        case .phone: field.type == .phone
        // What the platform's sidebar finds people and companies by.
        case .sidebar: SearchGroup.name.holds(field) || field.type == .email || field.type == .phone
        }
    }
}
