import Foundation
public import Records
import Store

/// Where the records of an organisation that tests make are kept: in a file, or in a new database of a PostgreSQL server.
///
/// `AZUKARI_TEST_DATABASE=postgresql` asks for the latter; the server is the one of `AZUKARI_TEST_POSTGRESQL`.
public struct TestDatabase: Sendable {
    /// For `NewOrganisation`; nil: a file in the folder.
    public let settings: String?
    private let server: String
    private let name: Identifier

    /// Makes the database.
    public init(isFile: Bool = TestDatabase.isFile) throws {
        server = Self.server ?? ""
        name = Identifier("azukari_test_\(UUID().uuidString.replacing("-", with: "_"))")
        guard !isFile else {
            settings = nil
            return
        }
        try PostgreSQLStore.administer(server, "CREATE DATABASE \(identifier: name)")
        settings = server.replacing("dbname=postgres", with: "dbname=\(name.quoted.filter { $0 != "\"" })")
    }

    /// How the server for tests is reached; nil: there is none.
    public static var server: String? { ProcessInfo.processInfo.environment["AZUKARI_TEST_POSTGRESQL"] }

    /// Whether the records are in a file of the organisation's folder.
    public static var isFile: Bool { ProcessInfo.processInfo.environment["AZUKARI_TEST_DATABASE"] != "postgresql" }

    /// Takes it away, whoever is still connected.
    public func drop() {
        guard settings != nil else { return }
        try? PostgreSQLStore.administer(server, "DROP DATABASE \(identifier: name) WITH (FORCE)")
    }
}
