public import Records
import Store

/// That somebody saw, searched or exported records of a person, or was refused to reach them.
public struct PersonAccess: Sendable {
    public let at: Instant
    /// Who.
    public let user: RecordID
    public let application: String
    public let purpose: String
    public let kind: AccessKind
    public let object: String
    /// The person's records in the answer, as far as they are known by id.
    public let records: [RecordID]
    /// How many records the answer held, whosever.
    public let count: Int
    /// False for a large export that is only known to have covered the range in which the person's records lie.
    public let isCertain: Bool
    /// For a refusal, what was refused, such as `email`; empty otherwise.
    public let channel: String
}

/// Finds in the log of reads what concerns a person.
struct AccessSearch {
    let connection: any Connection

    /// The latest first.
    func accesses(to records: [TracedRecord], limit: Int) throws -> [PersonAccess] {
        var found = try listed(records.map(\.id), limit) + refusals(records.map(\.id), limit)
        let byObject = Dictionary(grouping: records, by: \.object)
        for (object, records) in byObject {
            found += try bulk(object, Set(records.map(\.id)), limit)
        }
        return Array(found.sorted { $0.at > $1.at }.prefix(limit))
    }

    private func listed(_ ids: [RecordID], _ limit: Int) throws -> [PersonAccess] {
        var records: [Int64: [RecordID]] = [:]
        for start in stride(from: 0, to: ids.count, by: 200) {
            let chunk = SQL.list(ids[start..<min(start + 200, ids.count)])
            try connection.rows("SELECT access, record FROM az_access_record WHERE record IN (\(chunk))") { row in
                records[row.int64(0), default: []].append(RecordID(rawValue: row.int64(1)))
                return true
            }
        }
        let latest = records.keys.sorted(by: >).prefix(limit)
        return try stride(from: 0, to: latest.count, by: 200).flatMap { start in
            let chunk = latest[start..<min(start + 200, latest.count)]
            return try connection.all(
                """
                SELECT at, "user", application, purpose, kind, object, count, id FROM az_access
                WHERE id IN (\(.joined(chunk.map { "\(.integer($0))" }, separator: ", ")))
                """
            ) { access($0, records[$0.int64(7)] ?? [], isCertain: true) }
        }
    }

    /// Long lists and ranges: compared one by one, from the latest, only where a record lies between their ends.
    private func bulk(_ object: String, _ ids: Set<RecordID>, _ limit: Int) throws -> [PersonAccess] {
        guard let low = ids.min(), let high = ids.max() else { return [] }
        var found: [PersonAccess] = []
        try connection.rows(
            """
            SELECT at, "user", application, purpose, kind, object, count, first, last, ids FROM az_access
            WHERE object = \(.text(object)) AND last IS NOT NULL AND first <= \(.id(high)) AND last >= \(.id(low))
            ORDER BY id DESC
            """
        ) { row in
            let range = RecordID(rawValue: row.int64(7))...RecordID(rawValue: row.int64(8))
            let isCertain = !row.isNull(9)
            let records =
                isCertain
                ? row.withBytes(9) { PackedIDs.unpack($0) }.filter { ids.contains($0) }
                : ids.filter { range.contains($0) }.sorted()
            if !records.isEmpty { found.append(access(row, records, isCertain: isCertain)) }
            return found.count < limit
        }
        return found
    }

    private func refusals(_ ids: [RecordID], _ limit: Int) throws -> [PersonAccess] {
        try stride(from: 0, to: ids.count, by: 200).flatMap { start in
            let chunk = SQL.list(ids[start..<min(start + 200, ids.count)])
            return try connection.all(
                """
                SELECT at, "by", channel, object, record FROM az_refusal WHERE person IN (\(chunk))
                ORDER BY id DESC LIMIT \(.integer(Int64(limit)))
                """
            ) { row in
                PersonAccess(
                    at: Instant(milliseconds: row.int64(0)), user: RecordID(rawValue: row.int64(1)), application: "",
                    purpose: "", kind: .refused, object: row.string(3), records: [RecordID(rawValue: row.int64(4))],
                    count: 1, isCertain: true, channel: row.string(2)
                )
            }
        }
    }

    private func access(_ row: any Cells, _ records: [RecordID], isCertain: Bool) -> PersonAccess {
        PersonAccess(
            at: Instant(milliseconds: row.int64(0)), user: RecordID(rawValue: row.int64(1)), application: row.string(2),
            purpose: row.string(3), kind: AccessKind(rawValue: row.int64(4)) ?? .read, object: row.string(5),
            records: records, count: Int(row.int64(6)), isCertain: isCertain, channel: ""
        )
    }
}
