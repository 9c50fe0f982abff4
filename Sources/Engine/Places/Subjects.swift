import Records
import Store

/// Whose a record is: the person at the end of its subject path.
struct Subjects {
    let schema: Schema
    let connection: any Connection

    /// The root: the Individual of a person's record, or the record itself; nil when the record is nobody's or absent.
    func root(of id: RecordID) throws -> RecordID? { try root(of: id, depth: 0) }

    /// The roots of records of one object, with one statement a step of the path instead of one a record.
    func root(of row: StoredRow) throws -> RecordID? {
        try root(path(of: row), object: row.object, id: row.id, depth: 0)
    }

    private func root(of id: RecordID, depth: Int) throws -> RecordID? {
        // Cases under cases under cases: no path that leads anywhere is longer than this.
        guard depth < 8, let object = schema.object(of: id) else { return nil }
        guard !object.subjectPath.isEmpty || object.isPerson else { return nil }
        let columns = SQL.joined(
            (["Id"] + object.subjectPath).map { "\(identifier: Identifier($0))" }, separator: ", "
        )
        let path = try connection.first(
            "SELECT \(columns) FROM \(identifier: Identifier(object.name)) WHERE \"Id\" = \(.id(id))"
        ) { row in
            object.subjectPath.indices.map { row.isNull($0 + 1) ? nil : RecordID(rawValue: row.int64($0 + 1)) }
        }
        guard let path else { return nil }
        return try root(path, object: object, id: id, depth: depth)
    }

    private func root(_ path: [RecordID?], object: ObjectSchema, id: RecordID, depth: Int) throws -> RecordID? {
        for parent in path.compactMap({ $0 }) {
            if let found = try root(of: parent, depth: depth + 1) { return found }
        }
        return object.isPerson ? id : nil
    }

    private func path(of row: StoredRow) -> [RecordID?] { row.object.subjectPath.map { row[$0].id } }
}
