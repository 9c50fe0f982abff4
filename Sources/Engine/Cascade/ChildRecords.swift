import Records
import Store

/// The records that refer to some others, found for all lookups to their object at once: an object has dozens, and most
/// are empty.
struct ChildRecords {
    /// All lookups to an object.
    let relationships: [ChildRelationship]

    /// So many SELECTs are put together: databases bound their number.
    private static let partsMax = 100

    /// - Parameters:
    ///   - ids: Of that object; at most 200 at a time are good.
    ///   - isInBin: Also those in the bin.
    /// - Returns: For each of the relationships its records, ascending.
    func find(
        _ ids: some Collection<RecordID>, withBin isInBin: Bool, _ connection: any Connection
    ) throws -> [[RecordID]] {
        var found = [[RecordID]](repeating: [], count: relationships.count)
        for start in stride(from: 0, to: relationships.count, by: Self.partsMax) {
            let parts = (start..<min(start + Self.partsMax, relationships.count)).map { place in
                let (table, column) = (relationships[place].child.name, Identifier(relationships[place].field.name))
                let condition = Plan.among("\(identifier: column)", Array(ids))
                let bin: SQL = isInBin ? "" : " AND \"IsDeleted\" = 0"
                return
                    "SELECT \(SQL(integer: Int64(place))) AS place, \"Id\" AS id FROM \(identifier: Identifier(table)) "
                    + "WHERE \(condition)\(bin)" as SQL
            }
            try connection.rows(.joined(parts, separator: " UNION ALL ")) { row in
                found[Int(row.int64(0))].append(RecordID(rawValue: row.int64(1)))
                return true
            }
        }
        return found.map { $0.sorted() }
    }
}
