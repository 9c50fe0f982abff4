public import Foundation
import Records

/// A step from one form of the tables to the next: statements in a resource file, written for SQLite and
/// translated for other databases.
public struct Migration: Sendable {
    /// What orders them. A number that was released is never used for anything else.
    public let number: Int
    /// What it does, as the file's name tells.
    public let name: String
    let text: String

    /// The migrations of a folder, in the order of their numbers: files named `NNNN-name.sql`.
    public static func all(inFolder folder: URL) throws -> [Migration] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "sql" }
            .map { file in
                let stem = file.deletingPathExtension().lastPathComponent
                let parts = stem.split(separator: "-", maxSplits: 1)
                guard parts.count == 2, let number = Int(parts[0]) else {
                    throw PlatformError(
                        .unknownException,
                        "The migration \(stem) has no number. Name it NNNN-what-it-does.sql."
                    )
                }
                let text = try String(contentsOf: file, encoding: .utf8)
                return Migration(number: number, name: String(parts[1]), text: text)
            }
            .sorted { $0.number < $1.number }
    }
}

extension Connection {
    /// Whether a database that has been migrated before has not seen one of the migrations.
    public func lacks(_ migrations: [Migration]) throws -> Bool {
        let done = Set(try all("SELECT number FROM az_migration") { Int($0.int64(0)) })
        return !migrations.allSatisfy { done.contains($0.number) }
    }

    /// Runs those of the migrations that this database has not seen, in order; inside a write.
    /// - Returns: How many it had seen: 0 for a database that is new.
    @discardableResult
    public func migrate(_ migrations: [Migration]) throws -> Int {
        try execute(
            """
            CREATE TABLE IF NOT EXISTS az_migration (
                number \(dialect.type(.integer)) PRIMARY KEY,
                name \(dialect.type(.text)) NOT NULL
            )\(dialect.tableSuffix)
            """
        )
        let done = Set(try all("SELECT number FROM az_migration") { Int($0.int64(0)) })
        for migration in migrations where !done.contains(migration.number) {
            try run(migration)
            try execute(
                """
                INSERT INTO az_migration (number, name)
                VALUES (\(.integer(Int64(migration.number))), \(.text(migration.name)))
                """
            )
        }
        return done.count
    }
}
