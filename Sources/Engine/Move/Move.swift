import Foundation
import Records
import Store

/// Takes all tables of an organisation from one database to another, and proves that nothing was lost or changed.
///
/// The database that is left is not changed. The other gets a table `az_moving` first, and loses it last: a move that was
/// cut off begins anew there.
struct Move {
    let source: any Store
    let target: any Store
    let now: Instant
    /// Called with how many rows have been taken over, of how many.
    let progress: @Sendable (_ done: Int, _ total: Int) -> Void

    /// - Returns: How many rows there are of each table.
    /// - Throws: `INVALID_OPERATION` when the target holds something else; `UNKNOWN_EXCEPTION` when it does not hold in the end
    ///   what the source holds.
    func run() async throws -> [String: Int] {
        try await begin()
        let tables = try await source.read { try $0.tables() }.filter { $0.name != "az_migration" }
        let total = try await source.read { connection in
            try tables.map { table in
                try connection.first("SELECT count(*) FROM \(identifier: Identifier(table.name))") { $0.int64(0) } ?? 0
            }.reduce(0, +)
        }
        // The engine's own first: they tell which objects there are.
        let own = tables.filter { $0.name.hasPrefix("az_") }
        var counts: [String: Int] = [:]
        var digests: [String: [UInt8]] = [:]
        func take(_ tables: [TableShape]) async throws {
            for table in tables {
                let before = counts.values.reduce(0, +)
                (counts[table.name], digests[table.name]) = try await copy(table) { progress(before + $0, Int(total)) }
            }
        }
        try await take(own)
        let objects = try await target.write { connection in
            let schema = try LiveSchema.shape(version: LiveSchema.version(on: connection), on: connection)
            for object in schema.objects { try SchemaTables.createTable(object, on: connection) }
            return schema.objects
        }
        try await take(tables.filter { !$0.name.hasPrefix("az_") })
        for object in objects { try await target.write { try SchemaTables.createIndexes(object, on: $0) } }
        try await compare(tables, digests)
        try await target.write { connection in
            for table in own where table.key == ["id"] {
                guard let restart = connection.dialect.restartNumbers(of: Identifier(table.name)) else { continue }
                try connection.rows(restart) { _ in true }
            }
            try AuditEvent.write(
                .moved, by: SystemUser.operator.id, application: "azukari move", record: nil,
                detail: "to \(connection.dialect.name)", at: now, connection
            )
            try connection.execute("DROP TABLE az_moving")
        }
        try await target.settle()
        return counts
    }

    private func begin() async throws {
        try await target.write { connection in
            let tables = try connection.tables().map(\.name)
            guard tables.isEmpty || tables.contains("az_moving") else {
                throw PlatformError(
                    .invalidOperation, "There is something in this database already. Make a new database and name that."
                )
            }
            for table in tables { try connection.execute("DROP TABLE \(identifier: Identifier(table))") }
            try connection.execute("CREATE TABLE az_moving (id \(connection.dialect.type(.integer)) PRIMARY KEY)")
        }
        let migrations = try Migration.all(inFolder: Engine.resources.appending(path: "migrations"))
        try await target.write { connection in
            try connection.migrate(migrations)
            // The rows that migrations begin with come with the others.
            for table in try connection.tables() where !["az_migration", "az_moving"].contains(table.name) {
                try connection.execute("DELETE FROM \(identifier: Identifier(table.name))")
            }
        }
    }

    /// Some hundred rows of many columns, or some thousand of few: what a transaction takes over at once.
    private static let rowsAtOnce = 20_000

    private func copy(
        _ table: TableShape, _ progress: (_ rows: Int) -> Void
    ) async throws -> (count: Int, digest: [UInt8]) {
        let columns = table.columns.map { Identifier($0.name) }
        var digest = TableDigest()
        var waiting: [CellBlock] = []
        for try await block in rows(of: table, in: source) {
            digest.add(block)
            waiting.append(block)
            if waiting.map(\.rowCount).reduce(0, +) >= Self.rowsAtOnce {
                try await write(waiting, columns, of: table)
                waiting = []
                progress(digest.rowCount)
            }
        }
        try await write(waiting, columns, of: table)
        progress(digest.rowCount)
        return (digest.rowCount, digest.value())
    }

    private func write(_ blocks: [CellBlock], _ columns: [Identifier], of table: TableShape) async throws {
        guard !blocks.isEmpty else { return }
        try await target.writeUnsettled { connection in
            for block in blocks {
                try block.withCells { cells, bytes in
                    let places = columns.indices.map { CellReader.Column(start: $0, step: columns.count) }
                    try places.withUnsafeBufferPointer { places in
                        let reader = CellReader(columns: places, cells: cells, bytes: bytes)
                        let rows = NewRows(
                            into: Identifier(table.name), columns: columns, count: block.rowCount, of: reader)
                        try connection.insert(rows) { _, error in throw error }
                    }
                }
            }
        }
    }

    /// All rows in the order of the key, with the columns in the order of `table`.
    private func rows(of table: TableShape, in store: any Store) -> AsyncThrowingStream<CellBlock, any Error> {
        store.stream { connection, emit in
            let columns = SQL.joined(table.columns.map { "\(identifier: Identifier($0.name))" }, separator: ", ")
            let key = SQL.joined(table.key.map { "\(identifier: Identifier($0))" }, separator: ", ")
            let query: SQL = "SELECT \(columns) FROM \(identifier: Identifier(table.name)) ORDER BY \(key)"
            try connection.blocks(query, as: table.columns.map(\.storage.cellKind), emit)
        }
    }

    private func compare(_ tables: [TableShape], _ digests: [String: [UInt8]]) async throws {
        for table in tables {
            var digest = TableDigest()
            for try await block in rows(of: table, in: target) { digest.add(block) }
            guard digest.value() == digests[table.name] else {
                throw PlatformError(
                    .unknownException,
                    "The table \(table.name) is not the same in the new database. Nothing was changed in the old one."
                )
            }
        }
    }
}

extension FieldType.Storage {
    fileprivate var cellKind: Cell.Kind {
        switch self {
        case .integer: .integer
        case .double: .double
        case .text: .text
        case .bytes: .bytes
        }
    }
}
