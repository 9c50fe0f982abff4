import Foundation
public import Records
import Store

extension Engine {
    /// What a move did.
    public struct Moved: Sendable {
        /// Rows of each table, the engine's own among them.
        public let rows: [String: Int]
        /// What was left behind on purpose, or could not be removed; nil: nothing.
        public let remainder: String?
    }

    /// Moves an organisation's records to another kind of database; keys, logs and sealed files stay in the folder.
    ///
    /// All rows are compared by hash before the folder's settings name the new database; until then a failure or a crash
    /// leaves the organisation as it was. Then the old database is emptied, so that nobody's data lies there forgotten.
    ///
    /// - Parameters:
    ///   - database: A new PostgreSQL database, as libpq takes it; nil: a SQLite file in the folder.
    ///   - keepsOld: leaves the old database as it is.
    /// - Throws: `NOT_FOUND`, `UNABLE_TO_LOCK_ROW` as ``open(folder:environment:)``; `INVALID_OPERATION` when the
    ///   organisation is there already, or the database holds something else.
    public static func move(
        folder path: String, to database: String?, keepsOld: Bool, environment: Environment,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void
    ) async throws -> Moved {
        // Opened first, so that what a crash left undone is done, and the tables have this program's form.
        let engine = try await open(folder: path, isAlone: true, environment: environment)
        let folder = engine.folder
        do {
            var settings = try Settings.read(at: folder.settings)
            guard settings.database != database else {
                throw PlatformError(.invalidOperation, "The organisation's records are in this database already.")
            }
            try await engine.reads.flush()
            let target = try openTarget(database, folder)
            let rows: [String: Int]
            do {
                let now = environment.now()
                rows = try await Move(source: engine.store.stored, target: target, now: now, progress: progress).run()
                await target.close()
            } catch {
                await target.close()
                throw error
            }
            let old = settings.database
            if database == nil { try take(folder.database + movingSuffix, to: folder.database) }
            settings.database = database
            try settings.write(to: folder.settings)
            await engine.close()
            return Moved(rows: rows, remainder: keepsOld ? name(old) : try await removal(of: old, folder))
        } catch {
            await engine.close()
            throw error
        }
    }

    private static let movingSuffix = ".moving"

    private static func openTarget(_ database: String?, _ folder: OrganisationFolder) throws -> any Store {
        if let database { return try PostgreSQLStore.open(database, readers: 2) }
        guard !FileManager.default.fileExists(atPath: folder.database) else {
            throw PlatformError(
                .invalidOperation,
                "There is a file azukari.sqlite in the folder, kept from a move before. Take it away.")
        }
        for suffix in ["", "-wal", "-shm"] { try DurableFile.remove(folder.database + movingSuffix + suffix) }
        return try SQLiteStore.open(path: folder.database + movingSuffix, readers: 2)
    }

    /// Closed, the file is whole without its log.
    private static func take(_ moving: String, to place: String) throws {
        try FileManager.default.moveItem(atPath: moving, toPath: place)
    }

    private static func name(_ database: String?) -> String {
        database == nil ? "the file azukari.sqlite" : "the database named in the settings before"
    }

    /// - Returns: What is still there.
    private static func removal(of database: String?, _ folder: OrganisationFolder) async throws -> String? {
        guard let database else {
            for suffix in ["", "-wal", "-shm"] { try DurableFile.remove(folder.database + suffix) }
            return nil
        }
        do {
            let store = try PostgreSQLStore.open(database, readers: 1)
            let isEmptied = try? await store.write { connection in
                for table in try connection.tables() {
                    try connection.execute("DROP TABLE \(identifier: Identifier(table.name))")
                }
                return true
            }
            await store.close()
            return isEmptied == true ? nil : name(database)
        } catch {
            return name(database)
        }
    }
}
