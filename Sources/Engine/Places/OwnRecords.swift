import Records
import Store

/// Gathers the records of a person, from the root down the lookups that lead to it, over all objects.
struct OwnRecords {
    let schema: Schema
    let connection: any Connection

    /// A record and the lookup by which it is the person's.
    struct Found {
        var row: StoredRow
        /// Such as `ContactId`; empty for the root.
        var field: String
        var parent: RecordID?
    }

    /// All records whose subject is `root`, the root first, then in the order of their distance. Those in the bin too.
    func gather(_ root: RecordID) throws -> [Found] {
        let subjects = Subjects(schema: schema, connection: connection)
        guard let object = schema.object(of: root) else { return [] }
        var found = try connection.storedRows([root], of: object).map { Found(row: $0, field: "", parent: nil) }
        var seen: Set<RecordID> = [root]
        var frontier: [String: [RecordID]] = [object.name: [root]]
        while !frontier.isEmpty {
            var next: [String: [RecordID]] = [:]
            for child in schema.objects where !child.subjectPath.isEmpty {
                for (rank, name) in child.subjectPath.enumerated() {
                    guard let field = child.field(name) else { continue }
                    let parents = field.referenceTo.flatMap { frontier[$0] ?? [] }
                    guard !parents.isEmpty else { continue }
                    let ids = try children(child, field, of: parents).filter { !seen.contains($0) }
                    for row in try connection.storedRows(ids, of: child) where !seen.contains(row.id) {
                        // A task about this person's case may be with somebody else: the first lookup decides.
                        if rank > 0, try subjects.root(of: row) != root { continue }
                        seen.insert(row.id)
                        found.append(Found(row: row, field: name, parent: row[name].id))
                        next[child.name, default: []].append(row.id)
                    }
                }
            }
            frontier = next
        }
        return found
    }

    private func children(_ child: ObjectSchema, _ field: Field, of parents: [RecordID]) throws -> [RecordID] {
        var found: [RecordID] = []
        for start in stride(from: 0, to: parents.count, by: 200) {
            let chunk = SQL.list(parents[start..<min(start + 200, parents.count)])
            found += try connection.all(
                """
                SELECT "Id" FROM \(identifier: Identifier(child.name)) \
                WHERE \(identifier: Identifier(field.name)) IN (\(chunk)) ORDER BY "Id"
                """
            ) { RecordID(rawValue: $0.int64(0)) }
        }
        return found
    }
}
