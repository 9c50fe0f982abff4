import CryptoExtras
import Foundation
import Records
import Store

extension Vault {
    /// The public key under which an administrator wraps a tenant secret that they bring: RSA of 4,096 bits, as PEM. Made at the
    /// first call; its private half is kept wrapped.
    public func importKey() async throws -> String { try await privateImportKey().publicKey.pemRepresentation }

    /// What was wrapped for ``importKey()`` with RSA-OAEP and SHA-256 (RFC 8017, section 7.1).
    ///
    /// - Throws: ``VaultError`` `altered` for what was not.
    public func unwrap(_ wrapped: [UInt8]) async throws -> [UInt8] {
        do {
            return Array(try await privateImportKey().decrypt(wrapped, padding: .PKCS1_OAEP_SHA256))
        } catch let error as VaultError {
            throw error
        } catch {
            throw VaultError(
                .altered, "The secret was not wrapped for this organisation's import key, by RSA-OAEP with SHA-256.")
        }
    }

    private func privateImportKey() async throws -> _RSA.Encryption.PrivateKey {
        let der = try await store.write { [tenantSecret, now = environment.now()] connection in
            let kept = try connection.first(
                "SELECT wrapped FROM named_secret WHERE name = \(.text(Self.importKeyName))"
            ) {
                row in row.withBytes(0) { Array($0) }
            }
            if let kept { return try KeyWrap.open(kept, with: tenantSecret, context: Self.importKeyName) }
            let der = Array(try _RSA.Encryption.PrivateKey(keySize: .bits4096).derRepresentation)
            let wrapped = try der.withUnsafeBytes {
                try KeyWrap.seal($0, with: tenantSecret, context: Self.importKeyName)
            }
            try connection.execute(
                """
                INSERT INTO named_secret (name, wrapped, created)
                VALUES (\(.text(Self.importKeyName)), \(.bytes(wrapped)), \(.datetime(now)))
                """
            )
            return der
        }
        return try _RSA.Encryption.PrivateKey(derRepresentation: der)
    }

    private static let importKeyName = "import key"
}
