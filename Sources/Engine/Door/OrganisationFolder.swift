import Foundation
import Records

/// Where the parts of an organisation lie in its folder. All files 0600, the folder 0700.
struct OrganisationFolder: Sendable {
    let path: String

    init(path: String) { self.path = URL(fileURLWithPath: path).standardizedFileURL.path }

    var database: String { path + "/azukari.sqlite" }
    var settings: String { path + "/azukari.json" }
    var lock: String { path + "/azukari.lock" }
    var masterKey: String { path + "/keys/master.key" }
    func keyFile(named name: String) -> String { path + "/keys/\(name).pem" }
    var keyStore: String { path + "/keys/keys.sqlite" }
    var changes: String { path + "/changes" }
    var ledger: String { path + "/ledger" }
    var vault: String { path + "/vault" }
    var exports: String { path + "/exports" }
    var files: String { path + "/files" }
    var jobs: String { path + "/jobs" }
    var events: String { path + "/events" }

    /// Makes the folder and its parts. An organisation that is there already is refused, and left alone.
    func make() throws {
        guard !FileManager.default.fileExists(atPath: settings), !FileManager.default.fileExists(atPath: masterKey)
        else {
            throw PlatformError(.invalidOperation, "There is an organisation in this folder. Choose another folder.")
        }
        for part in [path, path + "/keys", changes, ledger, vault, exports, files, jobs, events] {
            try FileManager.default.createDirectory(
                atPath: part, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700]
            )
        }
    }

    /// Refuses a folder that holds no organisation.
    func check() throws {
        guard FileManager.default.fileExists(atPath: settings) else {
            throw PlatformError(
                .notFound, "There is no organisation in this folder. Make one with `azukari init`, or name its folder."
            )
        }
    }
}
