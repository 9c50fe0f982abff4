import Records
import Store

/// Rows of a table exactly as stored: integers, doubles, texts and bytes, without the meaning of their fields.
struct RawTable: Equatable, Sendable {
    var name: String
    var columns: [Column]
    var rows: [[Value]]

    struct Column: Equatable, Sendable {
        var name: String
        var storage: FieldType.Storage
    }
}

extension RawTable {
    /// The ids of its rows; none of a table that has no records.
    var ids: [RecordID] {
        guard let place = columns.firstIndex(where: { $0.name == "Id" }) else { return [] }
        return rows.compactMap { row in
            switch row[place] {
            case .id(let id): id
            case .integer(let number): RecordID(rawValue: number)
            default: nil
            }
        }
    }
}

extension ObjectSchema {
    /// Every column of the object's table. Objects that describe has without `IsDeleted` have the column all the same.
    var rawColumns: [RawTable.Column] {
        var columns = fields.compactMap { field in
            field.type.storage.map { RawTable.Column(name: field.name, storage: $0) }
        }
        if field("IsDeleted") == nil { columns.append(RawTable.Column(name: "IsDeleted", storage: .integer)) }
        return columns
    }
}

/// The product's own tables that hold rows of single records, beside the records' own tables.
enum OwnTable: CaseIterable {
    case history, bin, binLink

    var name: String {
        switch self {
        case .history: "az_history"
        case .bin: "az_bin"
        case .binLink: "az_bin_link"
        }
    }

    var columns: [RawTable.Column] {
        func column(_ name: String, _ storage: FieldType.Storage = .integer) -> RawTable.Column {
            RawTable.Column(name: name, storage: storage)
        }
        switch self {
        case .history:
            return [
                column("id"), column("record"), column("object", .text), column("field", .text), column("old", .text),
                column("new", .text), column("at"), column("by"),
            ]
        case .bin: return [column("record"), column("batch"), column("at"), column("by")]
        case .binLink: return [column("batch"), column("record"), column("field", .text), column("parent")]
        }
    }
}

extension Connection {
    /// The rows of a table whose `key` is one of the ids, in the order of the ids.
    func rawTable(_ name: String, _ columns: [RawTable.Column], key: String, in ids: [RecordID]) throws -> RawTable {
        var table = RawTable(name: name, columns: columns, rows: [])
        let list = SQL.joined(columns.map { "\(identifier: Identifier($0.name))" }, separator: ", ")
        for start in stride(from: 0, to: ids.count, by: 200) {
            let chunk = SQL.list(ids[start..<min(start + 200, ids.count)])
            try rows(
                """
                SELECT \(list) FROM \(identifier: Identifier(name)) \
                WHERE \(identifier: Identifier(key)) IN (\(chunk))
                """
            ) { row in
                table.rows.append(
                    columns.indices.map { place in
                        if row.isNull(place) { return .null }
                        switch columns[place].storage {
                        case .integer: return .integer(row.int64(place))
                        case .double: return .double(row.double(place))
                        case .text: return .text(row.string(place))
                        case .bytes: return .bytes(row.withBytes(place) { Array($0) })
                        }
                    }
                )
                return true
            }
        }
        return table
    }

    func insert(_ table: RawTable) throws {
        guard !table.rows.isEmpty else { return }
        let names = SQL.joined(table.columns.map { "\(identifier: Identifier($0.name))" }, separator: ", ")
        let places = SQL.joined(table.columns.map { _ in "\(Value.null)" }, separator: ", ")
        let statement = try prepare("INSERT INTO \(identifier: Identifier(table.name)) (\(names)) VALUES (\(places))")
        for row in table.rows { try statement.run(row) }
    }

    @discardableResult
    func delete(from name: String, key: String, in ids: [RecordID]) throws -> Int {
        var count = 0
        for start in stride(from: 0, to: ids.count, by: 200) {
            let chunk = SQL.list(ids[start..<min(start + 200, ids.count)])
            count += try execute(
                """
                DELETE FROM \(identifier: Identifier(name)) WHERE \(identifier: Identifier(key)) IN (\(chunk))
                """
            )
        }
        return count
    }
}
