import Foundation
import Records

/// The file `azukari.json`: what must be known before the database is open, and no secrets.
struct Settings: Codable {
    /// Of the form of the folder; raised when an older program must not open it.
    var form = 1
    var organisationId: String
    var name: String
    var defaultLanguage: String
    var timeZone: String
    /// The name of the evidence log in its checkpoints.
    var ledgerOrigin: String
    /// How a PostgreSQL database is reached; nil: the records are in a SQLite file of the folder.
    var database: String?

    static func read(at path: String) throws -> Settings {
        guard let data = FileManager.default.contents(atPath: path),
            let settings = try? JSONDecoder().decode(Settings.self, from: data)
        else {
            throw PlatformError(.invalidOperation, "The settings file azukari.json cannot be read. Restore it.")
        }
        guard settings.form == 1 else {
            throw PlatformError(.invalidOperation, "A newer program made this folder. Open it with that one.")
        }
        return settings
    }

    /// Whole and on the disk when it returns, readable by the owner alone.
    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try DurableFile.write(Array(encoder.encode(self)), to: path)
    }

    func organisation() throws -> Organisation {
        guard let id = RecordID(organisationId) else {
            throw PlatformError(.invalidOperation, "The settings file azukari.json names no organisation. Restore it.")
        }
        return Organisation(id: id, name: name, defaultLanguage: defaultLanguage, timeZone: timeZone)
    }
}
