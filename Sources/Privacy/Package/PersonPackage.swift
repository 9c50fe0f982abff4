import Crypto
import Formats
import Foundation
public import Records

/// All that is held of one person, as files that a program and a person can read (GDPR Art. 15(3), 20(1)).
///
/// One CSV file an object, everything as JSON with its JSON Schema and as XML, a readable cover page, and a manifest
/// that names every file with its hash.
public struct PersonPackage: Sendable {
    /// A file of the package.
    public struct File: Sendable {
        /// The path inside, with `/`.
        public let name: String
        public let bytes: [UInt8]
        /// How many records it holds; nil where that means nothing.
        public let records: Int?

        /// SHA-256, in hexadecimal.
        public var hash: String {
            SHA256.hash(data: bytes).map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }
                .joined()
        }
    }

    /// The root of the person.
    public let person: RecordID
    public let made: Instant
    /// The records of the person's own, by object.
    public let counts: [String: Int]
    /// All files; the manifest is the last.
    public let files: [File]

    /// The manifest's hash, which stands for the whole package.
    public var hash: String { files.last?.hash ?? "" }

    /// The package as one ZIP archive.
    public func zip() throws -> [UInt8] {
        try ZipArchive.bytes(of: files.map { ZipArchive.Entry(name: $0.name, bytes: $0.bytes) }, modified: made)
    }

    /// Writes the files into a folder that must be empty or absent; readable by its owner alone.
    /// - Throws: `INVALID_OPERATION` when something lies in the folder, or it cannot be written.
    public func write(to folder: String) throws {
        let manager = FileManager.default
        let owner: (Int) -> [FileAttributeKey: Any] = { [.posixPermissions: $0] }
        do {
            try manager.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: owner(0o700))
            guard try manager.contentsOfDirectory(atPath: folder).isEmpty else {
                throw PlatformError(.invalidOperation, "There are files in the folder \(folder). Name an empty one.")
            }
            for file in files {
                let path = folder + "/" + file.name
                let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
                try manager.createDirectory(atPath: parent, withIntermediateDirectories: true, attributes: owner(0o700))
                guard manager.createFile(atPath: path, contents: Data(file.bytes), attributes: owner(0o600)) else {
                    throw PlatformError(.invalidOperation, "The file \(path) cannot be written. Is the disk full?")
                }
            }
        } catch let error as CocoaError {
            throw PlatformError(
                .invalidOperation, "The folder \(folder) cannot be written.", detail: error.localizedDescription
            )
        }
    }
}
