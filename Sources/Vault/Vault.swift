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
    let store: any Store
    let tenantSecret: SymmetricKey
    let environment: Environment
    private let organisation: SealingKey
    /// Keys lately used. Small, so that no key stays in memory long after its use.
    private let recent = Mutex<[RecordID: SealingKey]>([:])
    private let remembersKeys: Bool
    private static let recentMax = 4096

    /// Opens the key store, and makes its tables and the tenant secret when it is new.
    ///
    /// - Parameter remembersKeys: Keeps keys in memory for their next use. Not where other processes may destroy them.
    /// - Throws: ``VaultError`` `keyStore` when the store was made under another master key; the store is closed then.
    public init(
        store: any Store, masterKey: MasterKey, remembersKeys: Bool = true, environment: Environment
    ) async throws {
        self.store = store
        self.remembersKeys = remembersKeys
        self.environment = environment
        do {
            tenantSecret = try await Self.tenantSecret(in: store, masterKey, now: environment.now())
        } catch {
            await store.close()
            throw error
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
        var missing = Set(subjects).subtracting(found.keys).sorted()
        if !remembersKeys, !missing.isEmpty {
            // Most are there, and reading waits for no other process.
            found = try await existingKeys(for: missing)
            missing.removeAll { found[$0] != nil }
        }
        guard !missing.isEmpty else { return found }
        let made = try await store.write { [tenantSecret, missing, now = environment.now()] connection in
            try KeyTable(secret: tenantSecret, connection: connection).keys(of: missing, now: now)
        }
        remember(made)
        found.merge(made) { kept, _ in kept }
        return found
    }

    /// The keys of those subjects that have one; none is made.
    public func existingKeys(for subjects: [RecordID]) async throws -> [RecordID: SealingKey] {
        var found = recent.withLock { recent in
            subjects.reduce(into: [:]) { found, subject in found[subject] = recent[subject] }
        }
        let missing = Set(subjects).subtracting(found.keys).sorted()
        guard !missing.isEmpty else { return found }
        let read = try await store.read { [tenantSecret] connection in
            let table = KeyTable(secret: tenantSecret, connection: connection)
            return try missing.reduce(into: [RecordID: SealingKey]()) { found, subject in
                if try table.destructionDate(of: subject) == nil { found[subject] = try table.key(of: subject) }
            }
        }
        remember(read)
        found.merge(read) { kept, _ in kept }
        return found
    }

    /// Makes the keys of people who follow each other and are all new: the form for a bulk load. Nil when one of them has
    /// a key or had one, as after a load that was cut off: ask ``keys(for:)`` then.
    public func newKeys(for subjects: ClosedRange<RecordID>) async throws -> NewKeys? {
        try await store.write { [tenantSecret, now = environment.now()] connection in
            try KeyTable(secret: tenantSecret, connection: connection).newKeys(of: subjects, now: now)
        }
    }

    /// The key of a subject that has one; nil when none was made.
    /// - Throws: ``VaultError`` `destroyed`.
    public func existingKey(for subject: RecordID) async throws -> SealingKey? {
        if let key = recent.withLock({ $0[subject] }) { return key }
        let key = try await store.read { [tenantSecret] connection in
            try KeyTable(secret: tenantSecret, connection: connection).key(of: subject)
        }
        if let key { remember([subject: key]) }
        return key
    }

    /// Destroys the keys of subjects and leaves no trace of them in the key store's files. A subject without a key is
    /// marked as destroyed as well, so that none can be made. Doing it again changes nothing.
    /// - Returns: How many keys there were to destroy.
    @discardableResult
    public func destroy(_ subjects: [RecordID]) async throws -> Int {
        let count = try await store.write { [tenantSecret, now = environment.now()] connection in
            let table = KeyTable(secret: tenantSecret, connection: connection)
            return try subjects.count { try table.destroy($0, now: now) }
        }
        recent.withLock { recent in for subject in subjects { recent[subject] = nil } }
        try await store.scrub()
        return count
    }

    /// When the key of a subject was destroyed; nil when it was not.
    public func destructionDate(of subject: RecordID) async throws -> Instant? {
        try await store.read { [tenantSecret] connection in
            try KeyTable(secret: tenantSecret, connection: connection).destructionDate(of: subject)
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
                return try KeyWrap.open(wrapped, with: tenantSecret, context: name)
            }
            let secret = RandomBytes.make(32)
            let sealed = try secret.withUnsafeBytes { try KeyWrap.seal($0, with: tenantSecret, context: name) }
            try connection.execute(
                """
                INSERT INTO named_secret (name, wrapped, created)
                VALUES (\(.text(name)), \(.bytes(sealed)), \(.datetime(now)))
                """
            )
            return secret
        }
    }

    /// A small secret that lies in the records' database, sealed under a key derived from the tenant secret.
    ///
    /// - Parameter context: Authenticated with it, so that it opens in its own place only.
    public func seal(_ secret: [UInt8], for context: String) throws -> [UInt8] {
        try secret.withUnsafeBytes {
            try KeyWrap.seal($0, with: Self.derive("small secrets", from: tenantSecret), context: context)
        }
    }

    /// What ``seal(_:for:)`` sealed.
    /// - Throws: ``VaultError`` `keyStore` when it is another's, or damaged.
    public func open(_ sealed: [UInt8], for context: String) throws -> [UInt8] {
        try KeyWrap.open(sealed, with: Self.derive("small secrets", from: tenantSecret), context: context)
    }

    /// Ends after the work in hand.
    public func close() async { await store.close() }

    private func remember(_ keys: [RecordID: SealingKey]) {
        // Those of a bulk load are not soon asked for again.
        guard remembersKeys, keys.count <= Self.recentMax / 4 else { return }
        recent.withLock { recent in
            if recent.count + keys.count > Self.recentMax { recent.removeAll(keepingCapacity: true) }
            for (subject, key) in keys { recent[subject] = key }
        }
    }

    /// What is stored, or a new one.
    private static func tenantSecret(
        in store: any Store, _ masterKey: MasterKey, now: Instant
    ) async throws -> SymmetricKey {
        try await store.write { connection in
            try makeTables(connection)
            let stored = try connection.first("SELECT wrapped FROM tenant_secret WHERE state = 'active'") { row in
                row.withBytes(0) { Array($0) }
            }
            if let stored {
                return SymmetricKey(data: try KeyWrap.open(stored, with: masterKey.key, context: "tenant-secret"))
            }
            let secret = RandomBytes.make(32)
            let wrapped = try secret.withUnsafeBytes {
                try KeyWrap.seal($0, with: masterKey.key, context: "tenant-secret")
            }
            try connection.execute(
                """
                INSERT INTO tenant_secret (wrapped, state, created)
                VALUES (\(.bytes(wrapped)), 'active', \(.datetime(now)))
                """
            )
            return SymmetricKey(data: secret)
        }
    }

    private static func makeTables(_ connection: any Connection) throws {
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS tenant_secret (
                id INTEGER PRIMARY KEY, wrapped BLOB, state TEXT NOT NULL, created INTEGER NOT NULL)
            """
        )
        try KeyTable.make(connection)
        try FieldSecretTable.make(connection)
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS named_secret (
                name TEXT PRIMARY KEY, wrapped BLOB NOT NULL, created INTEGER NOT NULL)
            """
        )
    }

    private static func derive(_ label: String, from secret: SymmetricKey) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: secret, info: Array(label.utf8), outputByteCount: 32)
    }
}
