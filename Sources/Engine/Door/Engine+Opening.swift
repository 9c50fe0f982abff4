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
        let hold = try await FolderHold(folder.lock, isShared: new.database != nil)
        guard hold.isAlone else {
            throw PlatformError(.invalidOperation, "Another process is making an organisation in this folder.")
        }
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
        let engine = try await start(folder, settings, store, key, hold, environment, isNew: true)
        try await engine.makeFirstRows()
        // Last: a folder without settings is no organisation, so a crash before leaves nothing that opens.
        try settings.write(to: folder.settings)
        if hold.isShared { hold.share() }
        return engine
    }

    /// Opens the organisation of a folder, and brings its tables to this program's form.
    ///
    /// - Throws: `NOT_FOUND` when there is none; `UNABLE_TO_LOCK_ROW` when another process has it open and its records are
    ///   in a SQLite file, or when that process is of another version.
    public static func open(folder path: String, environment: Environment) async throws -> Engine {
        try await open(folder: path, isAlone: false, environment: environment)
    }

    /// - Parameter isAlone: Refuses to share the folder, whatever the database.
    static func open(folder path: String, isAlone: Bool, environment: Environment) async throws -> Engine {
        let folder = OrganisationFolder(path: path)
        try folder.check()
        let hold = try await FolderHold(
            folder.lock, isShared: try Settings.read(at: folder.settings).database != nil && !isAlone)
        // Read again: it may just have been moved.
        let settings = try Settings.read(at: folder.settings)
        if hold.isShared, settings.database == nil {
            hold.release()
            return try await open(folder: path, isAlone: isAlone, environment: environment)
        }
        let key = try MasterKey(at: folder.masterKey)
        let engine = try await start(folder, settings, try openStore(folder, settings), key, hold, environment)
        if hold.isShared { hold.share() }
        try await engine.resume()
        return engine
    }

    /// Goes on with what a crash cut off, of this process or another.
    public func resume() async throws {
        try await resumeRestrictions()
        _ = try await resumeErasures()
    }

    private static func openStore(_ folder: OrganisationFolder, _ settings: Settings) throws -> any Store {
        if let database = settings.database { return try PostgreSQLStore.open(database, readers: 8) }
        return try SQLiteStore.open(path: folder.database, readers: 4, spare: 4)
    }

    private static func start(
        _ folder: OrganisationFolder, _ settings: Settings, _ store: any Store, _ key: MasterKey, _ hold: FolderHold,
        _ environment: Environment, isNew: Bool = false
    ) async throws -> Engine {
        if hold.isAlone {
            try await migrate(store, at: environment.now(), isNew: isNew)
        } else {
            try await store.read { try mustBeCurrent($0) }
        }
        let keyStore = try SQLiteStore.open(path: folder.keyStore, readers: 1, cacheKiB: 4096)
        let isShared = hold.isShared
        let vault = try await Vault(
            store: keyStore, masterKey: key, remembersKeys: !isShared, environment: environment)
        let evidence = try EvidenceLog(
            store: store, folder: folder.ledger, origin: settings.ledgerOrigin,
            signingKey: try await vault.secret(named: "evidence log"), isShared: isShared
        )
        try await evidence.settle()
        let engine = Engine(
            organisation: try settings.organisation(), folder: folder, environment: environment,
            store: try await OpeningStore(store, vault), vault: vault, evidence: evidence,
            changes: try await ChangeLog(
                folder: folder.changes, store: store, isShared: isShared, isAlone: hold.isAlone), hold: hold
        )
        return engine
    }

    private static var migrations: [Migration] {
        get throws { try Migration.all(inFolder: resources.appending(path: "migrations")) }
    }

    /// Brings the tables to this program's form.
    private static func migrate(_ store: any Store, at now: Instant, isNew: Bool) async throws {
        for migration in try migrations { try await store.write { try $0.migrate([migration]) } }
        if !isNew { try await store.write { try SchemaTables.addMissing(at: now, on: $0) } }
    }

    /// Refuses tables of another form than this program's, while other processes use them.
    private static func mustBeCurrent(_ connection: any Connection) throws {
        guard try !connection.lacks(try migrations), try SchemaTables.isCurrent(on: connection) else {
            throw PlatformError(
                .unableToLockRow,
                "Processes of another version have this organisation open. Stop them, then start this one."
            )
        }
    }

    static let resources = Bundle.module.bundleURL.appending(path: "Resources")
}
