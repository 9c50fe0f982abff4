import Foundation
import Records
import Store

/// A database that the tests of storage run on.
enum Driver: CaseIterable, Sendable {
    case sqlite, postgresql

    /// PostgreSQL where a server for tests is named, as by `script/test`.
    static let allCases: [Driver] = server == nil ? [.sqlite] : [.sqlite, .postgresql]

    /// Those that read and write files themselves.
    static let embedded: [Driver] = [.sqlite]

    private static let server = ProcessInfo.processInfo.environment["AZUKARI_TEST_POSTGRESQL"]

    /// Runs `body` with a fresh, empty store in a folder of its own, which is gone afterwards.
    func withStore(readers: Int = 2, spare: Int = 0, _ body: (any Store, URL) async throws -> Void) async throws {
        let name = "azukari-store-\(UUID().uuidString)"
        let folder = FileManager.default.temporaryDirectory.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        switch self {
        case .sqlite:
            let path = folder.appending(path: "test.sqlite").path
            let store = try SQLiteStore.open(path: path, readers: readers, spare: spare)
            try await Self.use(store) { try await body($0, folder) }
        case .postgresql:
            let database = Identifier(name.replacing("-", with: "_"))
            try await Self.administer("CREATE DATABASE \(identifier: database)")
            do {
                let store = try PostgreSQLStore.open(Self.settings(database), readers: readers)
                try await Self.use(store) { try await body($0, folder) }
            } catch {
                try await Self.administer("DROP DATABASE \(identifier: database) WITH (FORCE)")
                throw error
            }
            try await Self.drop(database)
        }
    }

    /// All connections have ended, so that it can be dropped. The server waits five seconds for its processes to notice, which
    /// on a machine that runs all tests at once may be few.
    private static func drop(_ database: Identifier) async throws {
        for _ in 0..<5 {
            do {
                return try await administer("DROP DATABASE \(identifier: database)")
            } catch let error as PlatformError where error.code == .unableToLockRow {}
        }
        try await administer("DROP DATABASE \(identifier: database)")
    }

    /// How a database of the server for tests is reached.
    static func settings(_ database: Identifier) throws -> String {
        guard let server else { throw PlatformError(.unknownException, "No server for tests is named.") }
        return server.replacing("dbname=postgres", with: "dbname=\(database.quoted.filter { $0 != "\"" })")
    }

    private static func administer(_ statement: SQL) async throws {
        guard let server else { throw PlatformError(.unknownException, "No server for tests is named.") }
        try PostgreSQLStore.administer(server, statement)
    }

    private static func use(_ store: any Store, _ body: (any Store) async throws -> Void) async throws {
        do {
            try await body(store)
            await store.close()
        } catch {
            await store.close()
            throw error
        }
    }
}
