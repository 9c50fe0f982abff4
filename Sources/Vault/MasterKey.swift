import Crypto
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The key at the top: a file of 32 bytes that only its owner may read. All other keys lie wrapped under it.
public struct MasterKey: Sendable {
    let key: SymmetricKey

    /// Makes a new key and writes it with mode 0600. An existing file is left alone and is an error.
    public static func create(at path: String) throws -> MasterKey {
        let key = SymmetricKey(size: .bits256)
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw VaultError(.masterKey, "The master key cannot be made: \(String(cString: strerror(errno))).")
        }
        defer { close(file) }
        let isWritten = key.withUnsafeBytes { write(file, $0.baseAddress, $0.count) == $0.count }
        guard isWritten, fsync(file) == 0 else {
            throw VaultError(.masterKey, "The master key cannot be written: \(String(cString: strerror(errno))).")
        }
        return MasterKey(key: key)
    }

    /// Reads the key. A file that others may read is refused: it must have mode 0600 or stricter.
    public init(at path: String) throws {
        var status = stat()
        guard stat(path, &status) == 0, let bytes = FileManager.default.contents(atPath: path) else {
            throw VaultError(.masterKey, "The master key is not in its place. Without it nothing sealed can be read.")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw VaultError(.masterKey, "Others may read the master key. Give the file mode 0600.")
        }
        guard bytes.count == 32 else {
            throw VaultError(.masterKey, "The master key has \(bytes.count) bytes; it must have 32.")
        }
        key = SymmetricKey(data: bytes)
    }

    private init(key: SymmetricKey) { self.key = key }
}
