import Crypto
import Foundation
public import Records
public import Store
import Synchronization

/// The keys of an organisation: the master key wraps the tenant secret, the tenant secret wraps one random key for
/// each data subject.
///
/// Destroying a subject's key makes every copy of what was sealed under it unreadable, wherever the copies are. Keys
/// lie in a key store of their own and never in the records' database or its backups.
public final class Vault: Sendable {
    private let store: any Store
    private let tenantSecret: SymmetricKey
    private let environment: Environment
    private let organisation: SealingKey
    /// Keys lately used. Small, so that no key stays in memory long after its use.
    private let recent = Mutex<[RecordID: SealingKey]>([:])
    private static let recentMax = 4096

    /// Opens the key store, and makes its tables and the tenant secret when it is new.
    /// - Throws: ``VaultError`` `keyStore` when the store was made under another master key.
    public init(store: any Store, masterKey: MasterKey, environment: Environment) async throws {
        self.store = store
        self.environment = environment
        let now = environment.now()
        tenantSecret = try await store.write { connection in
            try Self.makeTables(connection)
            let wrapped = try connection.first("SELECT wrapped FROM tenant_secret WHERE state = 'active'") { row in
                row.withBytes(0) { Array($0) }
            }
            if let wrapped {
                return try Self.unwrap(wrapped, with: masterKey.key, context: "tenant-secret")
            }
            let secret = SymmetricKey(size: .bits256)
            try connection.execute(
                """
                INSERT INTO tenant_secret (wrapped, state, created)
                VALUES (\(.bytes(try Self.wrap(secret, with: masterKey.key, context: "tenant-secret"))), 'active',
                \(.datetime(now)))
                """
            )
            return secret
        }
        organisation = SealingKey(subject: nil, key: Self.derive("organisation records", from: tenantSecret))
    }

    /// The key for what is of no person.
    public var organisationKey: SealingKey { organisation }

    /// A 32-byte key for one use inside the organisation, always the same for the same label; derived by HKDF-SHA256
    /// (RFC 5869) from the tenant secret.
    public func derivedKey(for label: String) -> [UInt8] {
        Self.derive(label, from: tenantSecret).withUnsafeBytes { Array($0) }
    }

    /// The key of a subject; made, and on the disk, when the subject had none.
    /// - Throws: ``VaultError`` `destroyed`: a destroyed key is never made again.
    public func key(for subject: RecordID) async throws -> SealingKey {
        guard let key = try await keys(for: [subject])[subject] else {
            throw VaultError(.keyStore, "The key store gave no key.", subject: subject)
        }
        return key
    }

    /// The keys of many subjects at once: one transaction for all that must be made.
    public func keys(for subjects: [RecordID]) async throws -> [RecordID: SealingKey] {
        var found = recent.withLock { recent in
            subjects.reduce(into: [:]) { found, subject in found[subject] = recent[subject] }
        }
        let missing = Set(subjects).subtracting(found.keys).sorted()
        guard !missing.isEmpty else { return found }
        let made = try await store.write { [tenantSecret, now = environment.now()] connection in
            try Self.fetchOrMake(missing, secret: tenantSecret, now: now, connection)
        }
        remember(made)
        found.merge(made) { kept, _ in kept }
        return found
    }

    /// The key of a subject that has one; nil when none was made.
    /// - Throws: ``VaultError`` `destroyed`.
    public func existingKey(for subject: RecordID) async throws -> SealingKey? {
        if let key = recent.withLock({ $0[subject] }) { return key }
        let key = try await store.read { [tenantSecret] connection in
            let fetch = try connection.prepare("SELECT wrapped FROM subject_key WHERE subject = \(.id(subject))")
            return try Self.fetch(subject, by: fetch, secret: tenantSecret)
        }
        if let key { remember([subject: key]) }
        return key
    }

    /// Destroys the keys of subjects and leaves no trace of them in the key store's files. A subject without a key is
    /// marked as destroyed as well, so that none can be made. Doing it again changes nothing.
    /// - Returns: How many keys there were to destroy.
    @discardableResult
    public func destroy(_ subjects: [RecordID]) async throws -> Int {
        let count = try await store.write { [now = environment.now()] connection in
            var count = 0
            for subject in subjects {
                count += try connection.execute(
                    """
                    UPDATE subject_key SET wrapped = NULL, destroyed = \(.datetime(now))
                    WHERE subject = \(.id(subject)) AND wrapped IS NOT NULL
                    """
                )
                try connection.execute(
                    """
                    INSERT INTO subject_key (subject, wrapped, created, destroyed)
                    SELECT \(.id(subject)), NULL, \(.datetime(now)), \(.datetime(now))
                    WHERE NOT EXISTS (SELECT 1 FROM subject_key WHERE subject = \(.id(subject)))
                    """
                )
            }
            return count
        }
        recent.withLock { recent in for subject in subjects { recent[subject] = nil } }
        try await store.scrub()
        return count
    }

    /// When the key of a subject was destroyed; nil when it was not.
    public func destructionDate(of subject: RecordID) async throws -> Instant? {
        try await store.read { connection in
            try connection.first(
                "SELECT destroyed FROM subject_key WHERE subject = \(.id(subject)) AND destroyed IS NOT NULL"
            ) { Instant(milliseconds: $0.int64(0)) }
        }
    }

    /// A secret of the organisation by name, such as the log's signing key: 32 random bytes, made at the first call
    /// and kept wrapped.
    public func secret(named name: String) async throws -> [UInt8] {
        try await store.write { [tenantSecret, now = environment.now()] connection in
            let wrapped = try connection.first("SELECT wrapped FROM named_secret WHERE name = \(.text(name))") { row in
                row.withBytes(0) { Array($0) }
            }
            if let wrapped {
                return try Self.unwrap(wrapped, with: tenantSecret, context: name).withUnsafeBytes { Array($0) }
            }
            let secret = SymmetricKey(size: .bits256)
            try connection.execute(
                """
                INSERT INTO named_secret (name, wrapped, created)
                VALUES (\(.text(name)), \(.bytes(try Self.wrap(secret, with: tenantSecret, context: name))),
                \(.datetime(now)))
                """
            )
            return secret.withUnsafeBytes { Array($0) }
        }
    }

    /// Ends after the work in hand.
    public func close() async { await store.close() }

    private func remember(_ keys: [RecordID: SealingKey]) {
        recent.withLock { recent in
            if recent.count + keys.count > Self.recentMax { recent.removeAll(keepingCapacity: true) }
            for (subject, key) in keys.prefix(Self.recentMax) { recent[subject] = key }
        }
    }

    private static func makeTables(_ connection: any Connection) throws {
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS tenant_secret (
                id INTEGER PRIMARY KEY, wrapped BLOB, state TEXT NOT NULL, created INTEGER NOT NULL)
            """
        )
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS subject_key (
                subject INTEGER PRIMARY KEY, wrapped BLOB, created INTEGER NOT NULL, destroyed INTEGER)
            """
        )
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS named_secret (
                name TEXT PRIMARY KEY, wrapped BLOB NOT NULL, created INTEGER NOT NULL)
            """
        )
    }

    private static func fetchOrMake(
        _ subjects: [RecordID], secret: SymmetricKey, now: Instant, _ connection: any Connection
    ) throws -> [RecordID: SealingKey] {
        let fetch = try connection.prepare("SELECT wrapped FROM subject_key WHERE subject = \(.null)")
        let insert = try connection.prepare(
            "INSERT INTO subject_key (subject, wrapped, created) VALUES (\(.null), \(.null), \(.null))"
        )
        var keys: [RecordID: SealingKey] = [:]
        keys.reserveCapacity(subjects.count)
        for subject in subjects {
            if let key = try Self.fetch(subject, by: fetch, secret: secret) {
                keys[subject] = key
                continue
            }
            let key = SymmetricKey(size: .bits256)
            let wrapped = try wrap(key, with: secret, context: "subject \(subject.rawValue)")
            try insert.run([.id(subject), .bytes(wrapped), .datetime(now)])
            keys[subject] = SealingKey(subject: subject, key: key)
        }
        return keys
    }

    private static func fetch(
        _ subject: RecordID, by statement: any PreparedStatement, secret: SymmetricKey
    ) throws -> SealingKey? {
        var wrapped: [UInt8]?
        var isDestroyed = false
        try statement.rows([.id(subject)]) { row in
            isDestroyed = row.isNull(0)
            if !isDestroyed { wrapped = row.withBytes(0) { Array($0) } }
            return false
        }
        if isDestroyed { throw VaultError(.destroyed, "The key of this person was destroyed.", subject: subject) }
        return try wrapped.map {
            SealingKey(subject: subject, key: try unwrap($0, with: secret, context: "subject \(subject.rawValue)"))
        }
    }

    private static func wrap(_ key: SymmetricKey, with outer: SymmetricKey, context: String) throws -> [UInt8] {
        let box = try key.withUnsafeBytes { try AES.GCM.seal(Data($0), using: outer, authenticating: Array(context.utf8)) }
        return Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
    }

    private static func unwrap(_ wrapped: [UInt8], with outer: SymmetricKey, context: String) throws -> SymmetricKey {
        do {
            let box = try AES.GCM.SealedBox(combined: Data(wrapped))
            return SymmetricKey(data: try AES.GCM.open(box, using: outer, authenticating: Array(context.utf8)))
        } catch {
            throw VaultError(.keyStore, "A key does not open: the key store belongs to another master key or is damaged.")
        }
    }

    private static func derive(_ label: String, from secret: SymmetricKey) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: secret, info: Array(label.utf8), outputByteCount: 32)
    }
}
