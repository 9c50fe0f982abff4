public import Records

/// A table as the database describes it.
public struct TableShape: Sendable, Equatable {
    public let name: String
    public let columns: [Column]

    public struct Column: Sendable, Equatable {
        public let name: String
        public let storage: FieldType.Storage
        /// The place in the primary key, from 1; 0 for a column that is not of it.
        public let keyPlace: Int
    }

    /// The columns of the primary key, in its order.
    public var key: [String] { columns.filter { $0.keyPlace > 0 }.sorted { $0.keyPlace < $1.keyPlace }.map(\.name) }
}

extension Connection {
    /// All tables, in the order of their names.
    /// - Throws: `UNKNOWN_EXCEPTION` for a column of a type that we do not make.
    public func tables() throws -> [TableShape] {
        var tables: [(name: String, columns: [TableShape.Column])] = []
        try rows(dialect.columnsOfAllTables) { row in
            let (table, column, type) = (row.string(0), row.string(1), row.string(2))
            guard let storage = dialect.storage(ofType: type) else {
                throw PlatformError(.unknownException, "The column \(table).\(column) has a type of no use: \(type).")
            }
            if tables.last?.name != table { tables.append((table, [])) }
            tables[tables.count - 1].columns.append(
                TableShape.Column(name: column, storage: storage, keyPlace: Int(row.int64(3))))
            return true
        }
        return tables.map { TableShape(name: $0.name, columns: $0.columns) }
    }
}
