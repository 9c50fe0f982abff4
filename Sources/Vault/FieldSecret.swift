import Crypto
public import Records
import Store

/// A tenant secret for encrypted fields, of which the fields' keys are derived; the platform's `TenantSecret` of type `Data`.
public struct FieldSecret: Sendable {
    /// Counted from 1; new values are sealed under the latest.
    public let version: Int
    public let state: State
    public let source: Source
    public let created: Instant
    /// When it came into its state.
    public let changed: Instant

    /// The platform's words.
    public enum State: String, Sendable {
        case active = "ACTIVE"
        /// Opens what was sealed under it, and seals nothing new.
        case archived = "ARCHIVED"
        /// What was sealed under it cannot be read, unless it is brought back from its export.
        case destroyed = "DESTROYED"
    }

    public enum Source: String, Sendable {
        case generated = "GENERATED"
        case uploaded = "UPLOADED"
    }
}

/// The tenant secrets of encrypted fields in the key store.
struct FieldSecretTable {
    let tenantSecret: SymmetricKey
    let connection: any Connection

    static let secretBytes = 32

    static func make(_ connection: any Connection) throws {
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS field_secret (
                version INTEGER PRIMARY KEY, wrapped BLOB, state TEXT NOT NULL, source TEXT NOT NULL,
                created INTEGER NOT NULL, changed INTEGER NOT NULL)
            """
        )
    }

    func all() throws -> [FieldSecret] {
        try connection.all("SELECT version, state, source, created, changed FROM field_secret ORDER BY version") {
            row -> FieldSecret? in
            guard let state = FieldSecret.State(rawValue: row.string(1)),
                let source = FieldSecret.Source(rawValue: row.string(2))
            else { return nil }
            return FieldSecret(
                version: Int(row.int64(0)), state: state, source: source,
                created: Instant(milliseconds: row.int64(3)), changed: Instant(milliseconds: row.int64(4)))
        }.compactMap(\.self)
    }

    func keys() throws -> FieldKeys {
        var secrets: [Int: SymmetricKey] = [:]
        var active: Int?
        let stored = try connection.all("SELECT version, wrapped, state FROM field_secret WHERE wrapped IS NOT NULL") {
            (version: Int($0.int64(0)), wrapped: $0.withBytes(1) { Array($0) }, state: $0.string(2))
        }
        for row in stored {
            secrets[row.version] = SymmetricKey(
                data: try KeyWrap.open(row.wrapped, with: tenantSecret, context: Self.context(row.version)))
            if row.state == FieldSecret.State.active.rawValue { active = row.version }
        }
        let hasDestroyed =
            try connection.first("SELECT 1 FROM field_secret WHERE wrapped IS NULL") { _ in true } ?? false
        return FieldKeys(active: active, secrets: secrets, hasDestroyed: hasDestroyed)
    }

    /// A new version, active from now on.
    func add(_ secret: [UInt8], _ source: FieldSecret.Source, now: Instant) throws -> Int {
        let version = try (all().last?.version ?? 0) + 1
        let wrapped = try secret.withUnsafeBytes {
            try KeyWrap.seal($0, with: tenantSecret, context: Self.context(version))
        }
        try connection.execute(
            "UPDATE field_secret SET state = 'ARCHIVED', changed = \(.datetime(now)) WHERE state = 'ACTIVE'")
        try connection.execute(
            """
            INSERT INTO field_secret (version, wrapped, state, source, created, changed) VALUES
            (\(.integer(Int64(version))), \(.bytes(wrapped)), 'ACTIVE', \(.text(source.rawValue)), \(.datetime(now)),
            \(.datetime(now)))
            """
        )
        return version
    }

    /// Whether there was something to destroy.
    func destroy(_ version: Int, now: Instant) throws -> Bool {
        // Overwritten first: the file's free pages are cleaned as well (``Store/scrub()``).
        try connection.execute(
            """
            UPDATE field_secret SET wrapped = NULL, state = 'DESTROYED', changed = \(.datetime(now))
            WHERE version = \(.integer(Int64(version))) AND state = 'ARCHIVED'
            """
        ) > 0
    }

    func wrapped(_ version: Int) throws -> [UInt8]? {
        try connection.first(
            "SELECT wrapped FROM field_secret WHERE version = \(.integer(Int64(version))) AND wrapped IS NOT NULL"
        ) { $0.withBytes(0) { Array($0) } }
    }

    /// Brings a destroyed version back.
    func restore(_ version: Int, _ wrapped: [UInt8], now: Instant) throws -> Bool {
        // Opens in its own place under this organisation's secret alone.
        _ = try KeyWrap.open(wrapped, with: tenantSecret, context: Self.context(version))
        return try connection.execute(
            """
            UPDATE field_secret SET wrapped = \(.bytes(wrapped)), state = 'ARCHIVED', changed = \(.datetime(now))
            WHERE version = \(.integer(Int64(version))) AND state = 'DESTROYED'
            """
        ) > 0
    }

    private static func context(_ version: Int) -> String { "field-secret \(version)" }
}

extension Vault {
    /// The tenant secrets of encrypted fields, the first first.
    public func fieldSecrets() async throws -> [FieldSecret] {
        try await store.read { [tenantSecret] in
            try FieldSecretTable(tenantSecret: tenantSecret, connection: $0).all()
        }
    }

    /// The keys of all secrets that there are.
    public func fieldKeys() async throws -> FieldKeys {
        try await store.read { [tenantSecret] in
            try FieldSecretTable(tenantSecret: tenantSecret, connection: $0).keys()
        }
    }

    /// Makes a secret, or takes one that the administrator brings (32 bytes); the one before is archived.
    ///
    /// - Returns: Its version.
    /// - Throws: ``VaultError`` `keyStore` for a secret of another length.
    public func addFieldSecret(_ uploaded: [UInt8]? = nil) async throws -> Int {
        let secret = uploaded ?? RandomBytes.make(FieldSecretTable.secretBytes)
        guard secret.count == FieldSecretTable.secretBytes else {
            throw VaultError(.keyStore, "A tenant secret has 32 bytes; this one has \(secret.count).")
        }
        return try await store.write { [tenantSecret, now = environment.now()] in
            try FieldSecretTable(tenantSecret: tenantSecret, connection: $0).add(
                secret, uploaded == nil ? .generated : .uploaded, now: now)
        }
    }

    /// Destroys an archived secret, and leaves no trace of it in the key store's files.
    ///
    /// - Throws: ``VaultError`` `keyStore` when there is no archived secret of that version.
    public func destroyFieldSecret(_ version: Int) async throws {
        let isDone = try await store.write { [tenantSecret, now = environment.now()] in
            try FieldSecretTable(tenantSecret: tenantSecret, connection: $0).destroy(version, now: now)
        }
        guard isDone else {
            throw VaultError(.keyStore, "There is no archived secret of version \(version).")
        }
        try await store.scrub()
    }

    /// A secret as it lies in the key store: wrapped, and of use to this organisation alone.
    ///
    /// - Throws: ``VaultError`` `keyStore` when there is none of that version.
    public func exportFieldSecret(_ version: Int) async throws -> [UInt8] {
        let wrapped = try await store.read { [tenantSecret] in
            try FieldSecretTable(tenantSecret: tenantSecret, connection: $0).wrapped(version)
        }
        guard let wrapped else { throw VaultError(.keyStore, "There is no secret of version \(version).") }
        return wrapped
    }

    /// Brings a destroyed secret back from its export.
    ///
    /// - Throws: ``VaultError`` `keyStore` when it is another's, cut or altered, or when that version is not destroyed.
    public func restoreFieldSecret(_ version: Int, _ exported: [UInt8]) async throws {
        let isDone = try await store.write { [tenantSecret, now = environment.now()] in
            try FieldSecretTable(tenantSecret: tenantSecret, connection: $0).restore(version, exported, now: now)
        }
        guard isDone else { throw VaultError(.keyStore, "There is no destroyed secret of version \(version).") }
    }
}
