import Records
import Store

/// The purposes under which one can work, as one moment of the database had them.
struct Purposes: Sendable {
    private let byName: [String: PurposeLimit]
    /// By permission set the purpose that its holders work under.
    private let bySet: [RecordID: RecordID]

    init(on connection: any Connection) throws {
        var scopes: [RecordID: [String: Set<String>?]] = [:]
        try connection.rows(
            """
            SELECT "DataUsePurposeId", "SobjectType", "Field" FROM "DataUsePurposeScope" WHERE "IsDeleted" = 0
            """
        ) { row in
            let (purpose, object) = (RecordID(rawValue: row.int64(0)), row.string(1))
            var names = scopes[purpose, default: [:]][object] ?? []
            if row.isNull(2) { names = nil } else { names?.insert(String(row.string(2).dropFirst(object.count + 1))) }
            scopes[purpose, default: [:]][object] = .some(names)
            return true
        }
        var byName = Dictionary(uniqueKeysWithValues: Engine.ownPurposes.map { ($0, PurposeLimit.unlimited) })
        try connection.rows(
            """
            SELECT "Id", "DeveloperName", "SubjectScope" FROM "DataUsePurpose" \
            WHERE "DeveloperName" IS NOT NULL AND "IsDeleted" = 0
            """
        ) { row in
            let id = RecordID(rawValue: row.int64(0))
            let subjects = row.isNull(2) ? nil : PurposeLimit.SubjectScope(rawValue: row.string(2))
            byName[row.string(1)] = PurposeLimit(
                id: id, subjects: subjects ?? .everyone, fields: scopes[id] ?? [:])
            return true
        }
        var bySet: [RecordID: RecordID] = [:]
        try connection.rows(
            """
            SELECT "Id", "DataUsePurposeId" FROM "PermissionSet" \
            WHERE "DataUsePurposeId" IS NOT NULL AND "IsDeleted" = 0
            """
        ) { row in
            bySet[RecordID(rawValue: row.int64(0))] = RecordID(rawValue: row.int64(1))
            return true
        }
        self.byName = byName
        self.bySet = bySet
    }

    /// The limit of a purpose, for whoever has these permission sets; nil where they may not work under it, or it is none.
    func limit(of name: String, for sets: [RecordID]) -> PurposeLimit? {
        guard let limit = byName[name] else { return nil }
        if bySet.isEmpty { return limit }
        let allowed = sets.compactMap { bySet[$0] }
        return allowed.isEmpty || limit.id.map(allowed.contains) ?? false ? limit : nil
    }

    /// The names of the purposes that the holder of these permission sets may work under, sorted.
    func names(for sets: [RecordID]) -> [String] { byName.keys.filter { limit(of: $0, for: sets) != nil }.sorted() }
}
