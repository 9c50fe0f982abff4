import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The files of a log: written whole and durable, or not at all.
struct LogFolder {
    let path: String

    func read(_ name: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path + "/" + name) else {
            throw LedgerError(.damaged, "The evidence log has no file \(name).")
        }
        return Array(data)
    }

    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }

    /// Writes beside the place, flushes to the disk, and renames: a reader sees the old file or the new one.
    func write(_ bytes: [UInt8], to name: String) throws {
        let target = path + "/" + name
        let folder = (target as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700]
        )
        let draft = target + ".new"
        let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(name) }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard written > 0 else { throw failure(name) }
            rest = rest.dropFirst(written)
        }
        guard fsync(file) == 0, rename(draft, target) == 0 else { throw failure(name) }
        try sync(folder, name)
    }

    private func sync(_ folder: String, _ name: String) throws {
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failure(name) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failure(name) }
    }

    private func failure(_ name: String) -> LedgerError {
        LedgerError(.inputOutput, "The evidence log cannot write \(name): \(String(cString: strerror(errno))).")
    }
}
