import Foundation
import Records

/// The objects that every organisation has: the platform's standard ones and our own, from the resource files.
enum Catalogue {
    /// Read once a process.
    static func standard() throws -> [ObjectSchema] { try loaded.get() }

    /// The fields that the product stamps on records of any object (`Resources/system.txt`).
    static func systemFields() throws -> [Field] { try system.get() }

    private static let system = Result {
        try FieldText.parse(
            try text(of: folder.appending(path: "system.txt")).split(separator: "\n", omittingEmptySubsequences: false)[
                ...],
            file: "system.txt"
        )
    }

    /// A number that moves when a later version of the program has other objects or fields.
    static func checksum() throws -> Int64 {
        let all = try files().map { try text(of: $0) }.joined()
        return Int64(Array(all.utf8).withUnsafeBytes(CRC32C.checksum))
    }

    private static let loaded = Result {
        let system = try systemFields()
        return try files().map { file in
            let name = file.deletingPathExtension().lastPathComponent
            return try ObjectText.parse(try text(of: file), name: name, file: file.lastPathComponent, system: system)
        }
    }

    private static func files() throws -> [URL] {
        try FileManager.default
            .contentsOfDirectory(at: folder.appending(path: "objects"), includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "txt" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    private static let folder = Bundle.module.bundleURL.appending(path: "Resources")

    private static func text(of file: URL) throws -> String { try String(contentsOf: file, encoding: .utf8) }
}
