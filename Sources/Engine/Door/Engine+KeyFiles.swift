import Foundation
import Records

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension Engine {
    /// A private key of the organisation in a file of its own in `keys/`, mode 0600, such as the one that signs ID tokens.
    ///
    /// - Parameters:
    ///   - name: The file's name without its ending.
    ///   - make: Makes the key, in PEM, where there is none yet. Of several processes that make one at once, all get the same.
    /// - Throws: ``PlatformError`` where the file cannot be read or written.
    public func keyFile(named name: String, made make: () throws -> String) throws -> String {
        let path = folder.keyFile(named: name)
        if let text = try? String(contentsOfFile: path, encoding: .utf8) { return text }
        try KeyFile.keep(try make(), at: path)
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { throw KeyFile.trouble(path) }
        return text
    }
}

private enum KeyFile {
    /// Whole or not at all, and never over another's.
    static func keep(_ text: String, at path: String) throws {
        let making = "\(path).\(getpid())"
        let file = open(making, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw trouble(making) }
        defer { unlink(making) }
        let isWritten =
            Array(text.utf8).withUnsafeBytes { write(file, $0.baseAddress, $0.count) == $0.count }
            && fsync(file) == 0
        close(file)
        guard isWritten, link(making, path) == 0 || errno == EEXIST else { throw trouble(path) }
    }

    static func trouble(_ path: String) -> PlatformError {
        PlatformError(
            .unknownException, "A key cannot be written. Check the organisation's folder and the space on its disk.",
            detail: "\(path): \(String(cString: strerror(errno)))")
    }
}
