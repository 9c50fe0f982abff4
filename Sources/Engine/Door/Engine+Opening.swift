import Foundation
public import Records
import Store
import Vault

extension Engine {
    /// Makes an organisation in a folder: keys, database, evidence log, and the rows that every organisation begins with.
    ///
    /// - Throws: `INVALID_OPERATION` when the folder or the database holds an organisation; it is left as it is.
    public static func create(
        folder path: String, organisation new: NewOrganisation, environment: Environment
    ) async throws -> Engine {
        guard ["ja", "en"].contains(new.defaultLanguage) else {
            throw PlatformError(.fieldIntegrityException, "The default language is ja or en.")
        }
        guard TimeZone(identifier: new.timeZone) != nil else {
            throw PlatformError(.fieldIntegrityException, "There is no time zone named \(new.timeZone).")
        }
        let folder = OrganisationFolder(path: path)
        try folder.make()
        let lock = try FolderLock(path: folder.lock)
        let id = RecordID(
            prefix: FixedPrefix.organisation,
            sequence: environment.randomBytes(5).reduce(0) { $0 << 8 | Int64($1) }
        )
        let settings = Settings(
            organisationId: id.description, name: new.name, defaultLanguage: new.defaultLanguage,
            timeZone: new.timeZone, ledgerOrigin: "azukari/\(id.description)", database: new.database
        )
        let store = try openStore(folder, settings)
        do {
            guard try await store.write({ try $0.migrate([]) }) == 0 else {
                throw PlatformError(
                    .invalidOperation, "There is an organisation in this database. Make a new database for another.")
            }
        } catch {
            await store.close()
            throw error
        }
        let key = try MasterKey.create(at: folder.masterKey)
        let engine = try await start(folder, settings, store, key, lock, environment, isNew: true)
        try await engine.makeFirstRows()
        // Last: a folder without settings is no organisation, so a crash before leaves nothing that opens.
        try settings.write(to: folder.settings)
        return engine
    }

    /// Opens the organisation of a folder, and brings its tables to this program's form.
    ///
    /// - Throws: `NOT_FOUND` when there is none; `UNABLE_TO_LOCK_ROW` when another process has it open.
    public static func open(folder path: String, environment: Environment) async throws -> Engine {
        let folder = OrganisationFolder(path: path)
        try folder.check()
        let lock = try FolderLock(path: folder.lock)
        let settings = try Settings.read(at: folder.settings)
        let key = try MasterKey(at: folder.masterKey)
        return try await start(folder, settings, try openStore(folder, settings), key, lock, environment)
    }

    private static func openStore(_ folder: OrganisationFolder, _ settings: Settings) throws -> any Store {
        if let database = settings.database { return try PostgreSQLStore.open(database, readers: 8) }
        return try SQLiteStore.open(path: folder.database, readers: 4, spare: 4)
    }

    private static func start(
        _ folder: OrganisationFolder, _ settings: Settings, _ store: any Store, _ key: MasterKey, _ lock: FolderLock,
        _ environment: Environment, isNew: Bool = false
    ) async throws -> Engine {
        for migration in try Migration.all(inFolder: resources.appending(path: "migrations")) {
            try await store.write { try $0.migrate([migration]) }
        }
        if !isNew { try await store.write { try SchemaTables.addMissing(on: $0) } }
        let keyStore = try SQLiteStore.open(path: folder.keyStore, readers: 1, cacheKiB: 4096)
        let vault = try await Vault(store: keyStore, masterKey: key, environment: environment)
        let evidence = try EvidenceLog(
            store: store, folder: folder.ledger, origin: settings.ledgerOrigin,
            signingKey: try await vault.secret(named: "evidence log")
        )
        try await evidence.settle()
        let engine = Engine(
            organisation: try settings.organisation(), folder: folder, environment: environment, store: store,
            vault: vault, evidence: evidence, sequences: try await Sequences(store),
            changes: try await ChangeLog(folder: folder.changes, store: store), lock: lock
        )
        try await engine.resumeRestrictions()
        _ = try await engine.resumeErasures()
        return engine
    }

    static let resources = Bundle.module.bundleURL.appending(path: "Resources")
}
