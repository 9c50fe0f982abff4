import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The files of a log.
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
    func replace(_ name: String, with bytes: [UInt8]) throws {
        let target = path + "/" + name
        try make(folder(of: name))
        try write(bytes, to: name, at: target + ".new")
        guard rename(target + ".new", target) == 0 else { throw failure(name) }
        try sync(folder(of: name))
    }

    /// Writes files that nobody counts on yet, so that they need not appear whole; on the disk when it returns.
    func write(_ files: [(name: String, bytes: [UInt8])]) throws {
        for file in files {
            try make(folder(of: file.name))
            try write(file.bytes, to: file.name, at: path + "/" + file.name)
        }
        for folder in Set(files.map { folder(of: $0.name) }) { try sync(folder) }
    }

    private func write(_ bytes: [UInt8], to name: String, at place: String) throws {
        let file = open(place, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(name) }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw failure(name) }
            rest = rest.dropFirst(written)
        }
        guard fsync(file) == 0 else { throw failure(name) }
    }

    /// The folder of a file, relative to the log's; empty for those that lie in it.
    private func folder(of name: String) -> String { (name as NSString).deletingLastPathComponent }

    /// Makes a folder that is not there, and puts its entry on the disk.
    private func make(_ folder: String) throws {
        guard !has(folder) else { return }
        if folder.isEmpty {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700]
            )
            return
        }
        let parent = self.folder(of: folder)
        try make(parent)
        guard mkdir(path + "/" + folder, 0o700) == 0 else { throw failure(folder) }
        try sync(parent)
    }

    private func sync(_ folder: String) throws {
        let directory = open(path + "/" + folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failure(folder) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failure(folder) }
    }

    private func failure(_ name: String) -> LedgerError {
        LedgerError(.inputOutput, "The evidence log cannot write \(name): \(String(cString: strerror(errno))).")
    }
}
