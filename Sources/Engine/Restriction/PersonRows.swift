import Records
import Store

/// All rows of a person: the records, and what the product keeps of each. What a restriction moves and an erasure
/// takes.
struct PersonRows {
    let schema: Schema
    let search: SearchIndex
    let matches: MatchIndex
    let connection: any Connection

    /// The rows as they are stored, table by table; empty tables are left out.
    func read(_ ids: [RecordID]) throws -> [RawTable] {
        var tables: [RawTable] = []
        for (object, ids) in objects(ids) {
            tables.append(try connection.rawTable(object.name, object.rawColumns, key: "Id", in: ids))
        }
        for own in OwnTable.allCases {
            tables.append(try connection.rawTable(own.name, own.columns, key: "record", in: ids))
        }
        return tables.filter { !$0.rows.isEmpty }
    }

    /// Takes the rows out of tables and indexes.
    func delete(_ ids: [RecordID]) throws {
        for (object, ids) in objects(ids) {
            for row in try connection.storedRows(ids, of: object) {
                try SearchIndex.replace(terms(of: row), with: [], of: row.id, connection)
                try matches.move(row, isThere: false, connection)
            }
            try connection.delete(from: object.name, key: "Id", in: ids)
        }
        for own in OwnTable.allCases { try connection.delete(from: own.name, key: "record", in: ids) }
    }

    /// Puts rows back as they were, and into the index.
    func insert(_ tables: [RawTable]) throws {
        // What lies in the bin is in no index.
        let binned = Set(
            tables.filter { $0.name == OwnTable.bin.name }.flatMap(\.rows).compactMap { $0.first?.integer }
        )
        for table in tables {
            try connection.insert(sealed(table))
            guard let object = schema.object(table.name) else { continue }
            let ids = table.rows.compactMap { row in
                table.columns.firstIndex { $0.name == "Id" }.flatMap { row[$0].integer }.map { RecordID(rawValue: $0) }
            }
            for row in try connection.storedRows(ids, of: object) where !binned.contains(row.id.rawValue) {
                try SearchIndex.replace([], with: terms(of: row), of: row.id, connection)
                try matches.move(row, isThere: true, connection)
            }
        }
    }

    /// The rows with the values of encrypted fields as they are stored now.
    private func sealed(_ table: RawTable) throws -> RawTable {
        var table = table
        if let object = schema.object(table.name) {
            for (place, column) in table.columns.enumerated() {
                guard let field = object.field(column.name), field.encryption != nil else { continue }
                for row in table.rows.indices {
                    table.rows[row][place] = try connection.sealed(table.rows[row][place], of: field)
                }
            }
        } else if table.name == OwnTable.history.name {
            let columns = Dictionary(uniqueKeysWithValues: table.columns.enumerated().map { ($1.name, $0) })
            guard let object = columns["object"], let name = columns["field"], let old = columns["old"],
                let new = columns["new"]
            else { return table }
            for (place, row) in table.rows.enumerated() {
                let field = row[name].text.flatMap { schema.object(row[object].text ?? "")?.field($0) }
                guard let field, field.encryption != nil else { continue }
                for column in [old, new] {
                    table.rows[place][column] = try connection.sealed(row[column], of: field)
                }
            }
        }
        return table
    }

    /// The numbers of a record's terms in the search index.
    func terms(of row: StoredRow) -> [Int64] {
        search.numbers(of: SearchIndex.fields(of: row.object).map { row[$0.name].text }, in: row.object)
    }

    private func objects(_ ids: [RecordID]) -> [(ObjectSchema, [RecordID])] {
        let byPrefix = Dictionary(grouping: ids, by: \.prefix)
        return schema.objects.compactMap { object in byPrefix[object.keyPrefix].map { (object, $0.sorted()) } }
    }
}
