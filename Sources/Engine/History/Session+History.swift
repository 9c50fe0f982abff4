public import Records
import Store

/// One change of one field.
public struct HistoryEntry: Sendable {
    public let field: String
    public let old: Value
    public let new: Value
    public let at: Instant
    /// The user who made it.
    public let by: RecordID
}

extension Session {
    /// What became of the tracked fields of a record that this session may read, the latest first.
    ///
    /// - Returns: Empty for a record that is not there or may not be seen.
    public func history(of record: RecordID) async throws -> [HistoryEntry] {
        try await read { connection in
            let access = try self.access(on: connection)
            guard let object = access.visible.object(of: record),
                try RecordFilter.permits(record, for: .read, access, connection)
            else { return [] }
            let entries = try connection.all(
                """
                SELECT field, old, new, at, "by" FROM az_history WHERE record = \(.id(record)) ORDER BY id DESC
                """
            ) { row -> HistoryEntry? in
                guard let field = object.field(row.string(0)) else { return nil }
                return HistoryEntry(
                    field: field.name, old: Self.value(row, 1, field), new: Self.value(row, 2, field),
                    at: Instant(milliseconds: row.int64(3)), by: RecordID(rawValue: row.int64(4))
                )
            }
            return entries.compactMap { $0 }
        }
    }

    private static func value(_ row: any Cells, _ column: Int, _ field: Field) -> Value {
        if row.isNull(column) { return .null }
        // As it was stored, even where the field's rules have changed since.
        var refusals: [PlatformError] = []
        let value = Coercion(field).coerce(.text(row.string(column)), &refusals)
        return refusals.isEmpty ? value : .text(row.string(column))
    }
}
