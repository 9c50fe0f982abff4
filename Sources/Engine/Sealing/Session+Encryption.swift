public import Records
import Store
import Vault

/// An encrypted field of an organisation.
public struct EncryptedField: Sendable {
    public let object: String
    public let field: String
    public let encryption: FieldEncryption
    /// Records in which it has a value, and how many of those have the form that they shall have.
    public let values: Int
    public let settled: Int
}

/// A tenant secret of encrypted fields, of which the fields' keys are derived. Never the secret itself.
public struct TenantSecret: Sendable {
    /// Counted from 1; new values are sealed under the latest.
    public let version: Int
    public let state: State
    /// Whether an administrator brought it; else it is random.
    public let isUploaded: Bool
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

    init(_ secret: FieldSecret) {
        version = secret.version
        state = State(rawValue: secret.state.rawValue) ?? .destroyed
        isUploaded = secret.source == .uploaded
        created = secret.created
        changed = secret.changed
    }
}

extension Session {
    /// The tenant secrets of encrypted fields, the first first. Never what they are.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS` for all but administrators and the system.
    public func fieldSecrets() async throws -> [TenantSecret] {
        try await checkAdministration(of: "The encryption of fields")
        return try await engine.vault.fieldSecrets().map(TenantSecret.init)
    }

    /// The encrypted fields, with how far what is stored has come. Counts all records of their objects.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS` for all but administrators and the system.
    public func encryptedFields() async throws -> [EncryptedField] {
        try await checkAdministration(of: "The encryption of fields")
        return try await engine.store.read { connection in
            try SealedFields.all(on: connection).map { row in
                let column: SQL = "\(identifier: Identifier(row.field))"
                let encryption = row.encryption
                let head = SealedValue.head(encryption.scheme, version: encryption.version, field: encryption.number)
                let isSettled: SQL =
                    encryption.isSealing
                    ? "substr(\(column), 1, 10) = \(.text(head))" : "substr(\(column), 1, 1) <> '\u{1}'"
                let counts = try connection.first(
                    """
                    SELECT count(*), coalesce(sum(CASE WHEN \(isSettled) THEN 1 ELSE 0 END), 0)
                    FROM \(identifier: Identifier(row.object)) WHERE \(column) IS NOT NULL
                    """
                ) { (Int($0.int64(0)), Int($0.int64(1))) }
                return EncryptedField(
                    object: row.object, field: row.field, encryption: encryption, values: counts?.0 ?? 0,
                    settled: counts?.1 ?? 0)
            }
        }
    }

    /// Encrypts a field: what is written from now on at once, what is stored already by ``Engine/settleSealing(progress:)``.
    /// The first time, a tenant secret is made.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS` for all but administrators and the system; `INVALID_FIELD` for a field that cannot be
    ///   encrypted so, `INVALID_OPERATION` for one whose values are still being brought to another form.
    public func encrypt(
        _ field: String, of object: String, _ scheme: FieldEncryption.Scheme
    ) async throws {
        try await checkAdministration(of: "The encryption of fields")
        var version = try await engine.vault.fieldKeys().active
        if version == nil { version = try await addSecret(nil) }
        let writes = version ?? 0
        try await changing { connection in
            let schema = try self.changeableSchema(on: connection)
            let (object, field) = try self.fieldForEncryption(field, object, schema)
            guard field.encryption == nil else {
                throw PlatformError(
                    .invalidOperation,
                    "\(object.name).\(field.name) is encrypted already. For another scheme, have it decrypted first.",
                    fields: [field.name])
            }
            if let refusal = EncryptionRules.refusal(of: scheme, for: field, of: object) { throw refusal }
            try SealedFields.set(field, of: object, scheme, version: writes, isSealing: true, on: connection)
            try self.note(
                ["encrypted": .text("\(object.name).\(field.name)"), "scheme": .text(scheme.rawValue)], connection)
            let changed = try LiveSchema.load(version: schema.version, on: connection)
            if let object = changed.object(object.name), let field = object.field(field.name) {
                try SchemaTables.renewIndex(of: field, in: object, on: connection)
                try EncryptionRules.checkRules(on: field, of: object, changed, connection)
            }
            try LiveSchema.advance(on: connection)
        }
        try await engine.evidence.settleIfBehind()
    }

    /// Has a field's values lie in clear again, as ``encrypt(_:of:_:)`` has them sealed.
    ///
    /// - Throws: As ``encrypt(_:of:_:)``.
    public func decrypt(_ field: String, of object: String) async throws {
        try await changing { connection in
            let schema = try self.changeableSchema(on: connection)
            let (object, field) = try self.fieldForEncryption(field, object, schema)
            guard let encryption = field.encryption else {
                throw PlatformError(
                    .invalidOperation, "\(object.name).\(field.name) is not encrypted.", fields: [field.name])
            }
            try SealedFields.set(
                field, of: object, encryption.scheme, version: encryption.version, isSealing: false, on: connection)
            try self.note(["decrypted": .text("\(object.name).\(field.name)")], connection)
            try LiveSchema.advance(on: connection)
        }
        try await engine.evidence.settleIfBehind()
    }

    /// Makes a new tenant secret, or takes one that the administrator brings, and has all encrypted fields sealed under it.
    ///
    /// - Parameter uploaded: 32 bytes; nil: random ones.
    /// - Returns: Its version.
    /// - Throws: `INSUFFICIENT_ACCESS` for all but administrators and the system; `INVALID_OPERATION` for a secret of another
    ///   length.
    @discardableResult
    public func rotateFieldSecret(_ uploaded: [UInt8]? = nil) async throws -> Int {
        try await checkAdministration(of: "The encryption of fields")
        let version = try await addSecret(uploaded)
        try await changing { connection in
            try connection.execute(
                """
                UPDATE az_sealed_field SET version = \(.integer(Int64(version))), is_settled = 0, position = 0, history = 0
                WHERE is_sealing = 1
                """
            )
            try SealedFields.noteSecrets(on: connection)
        }
        return version
    }

    /// The same with a secret that was wrapped for ``secretImportKey()``.
    ///
    /// - Throws: `INVALID_OPERATION` also for what was not wrapped for it.
    @discardableResult
    public func rotateFieldSecret(wrapped: [UInt8]) async throws -> Int {
        try await checkAdministration(of: "The encryption of fields")
        let secret: [UInt8]
        do { secret = try await engine.vault.unwrap(wrapped) } catch let error as VaultError {
            throw PlatformError(.invalidOperation, error.message)
        }
        return try await rotateFieldSecret(secret)
    }

    /// The public key for which a tenant secret is wrapped that an administrator brings (RSA-OAEP with SHA-256), as PEM.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS` for all but administrators and the system.
    public func secretImportKey() async throws -> String {
        try await checkAdministration(of: "The encryption of fields")
        return try await engine.vault.importKey()
    }

    /// Destroys an archived tenant secret: what is sealed under it nowhere opens any more, here or in a copy.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS` for all but administrators and the system; `INVALID_OPERATION` while values are sealed
    ///   under it (unless `evenInUse`), and when no archived secret has the version.
    public func destroyFieldSecret(_ version: Int, evenInUse: Bool = false) async throws {
        try await checkAdministration(of: "The encryption of fields")
        // A field that is settled under it is there when making a newer one was cut off before the fields were told.
        let isInUse = try await encryptedFields().contains {
            !$0.encryption.isSettled || $0.encryption.version == version
        }
        if isInUse, !evenInUse {
            throw PlatformError(
                .invalidOperation,
                """
                Values may still be sealed under version \(version). Wait until all fields are settled, or say that they \
                shall be lost.
                """)
        }
        try await changingSecrets(["destroyed": .count(version)]) {
            try await self.engine.vault.destroyFieldSecret(version)
        }
    }

    /// A tenant secret as it lies in the key store, wrapped: of use to this organisation alone, to bring it back once it was
    /// destroyed.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS` for all but administrators and the system; `INVALID_OPERATION` when there is none.
    public func exportFieldSecret(_ version: Int) async throws -> [UInt8] {
        try await checkAdministration(of: "The encryption of fields")
        var exported: [UInt8] = []
        do {
            exported = try await engine.vault.exportFieldSecret(version)
        } catch let error as VaultError { throw PlatformError(.invalidOperation, error.message) }
        try await engine.store.write { try self.note(["exported": .count(version)], $0) }
        try await engine.evidence.settleIfBehind()
        return exported
    }

    /// Brings a destroyed tenant secret back from its export.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS` for all but administrators and the system; `INVALID_OPERATION` for an export that is
    ///   another's, cut or altered, and when that version is not destroyed.
    public func restoreFieldSecret(_ version: Int, _ exported: [UInt8]) async throws {
        try await checkAdministration(of: "The encryption of fields")
        try await changingSecrets(["restored": .count(version)]) {
            try await self.engine.vault.restoreFieldSecret(version, exported)
        }
    }

    private func addSecret(_ uploaded: [UInt8]?) async throws -> Int {
        var version = 0
        let (vault, added) = (engine.vault, uploaded)
        do {
            version = try await vault.addFieldSecret(added)
        } catch let error as VaultError { throw PlatformError(.invalidOperation, error.message) }
        try await tellSecrets(["made": .count(version)])
        return version
    }

    private func changingSecrets(
        _ facts: [String: Evidence.Fact], _ change: @Sendable () async throws -> Void
    ) async throws {
        do { try await change() } catch let error as VaultError {
            throw PlatformError(.invalidOperation, error.message)
        }
        try await tellSecrets(facts)
    }

    /// Every process fetches the secrets before its next statement.
    private func tellSecrets(_ facts: [String: Evidence.Fact]) async throws {
        try await changing { connection in
            try self.note(facts, connection)
            try SealedFields.noteSecrets(on: connection)
        }
        try await engine.evidence.settleIfBehind()
    }

    private func note(_ facts: [String: Evidence.Fact], _ connection: any Connection) throws {
        engine.evidence.expectMore()
        try EvidenceLog.append(
            Evidence(.keys, at: engine.environment.now(), by: user, to: nil, facts: facts), connection)
    }

    private func fieldForEncryption(
        _ field: String, _ object: String, _ schema: Schema
    ) throws -> (ObjectSchema, Field) {
        guard let found = schema.object(object), !found.isInternal else {
            throw PlatformError(.invalidType, "sObject type '\(object)' is not supported.")
        }
        guard let field = found.field(field), !field.isDeleted else {
            throw PlatformError(.invalidField, "\(found.name) has no field \(field).", fields: [field])
        }
        if let encryption = field.encryption, !encryption.isSettled {
            throw PlatformError(
                .invalidOperation,
                "The values of \(found.name).\(field.name) are still being brought to the form chosen last. Wait for that.",
                fields: [field.name])
        }
        return (found, field)
    }
}
