public import Records
import Store
import Vault

/// The door: every read and write of records, as somebody, for a purpose.
///
/// ## Topics
/// - Making and opening: ``create(folder:organisation:environment:)``, ``open(folder:environment:)``, ``close()``
/// - Sessions: ``session(for:application:purpose:)``, ``systemSession(as:reason:)``
public final class Engine: Sendable {
    /// Whose records these are.
    public let organisation: Organisation
    let folder: OrganisationFolder
    let environment: Environment
    let store: OpeningStore
    let vault: Vault
    let schema = LiveSchema()
    let accesses = AccessCache()
    let plans = PlanCache()
    let search: SearchIndex
    let matches: MatchIndex
    let sequences: Sequences
    let stamps = StampClock()
    let generation = WriteGeneration()
    let changes: ChangeLog
    let shapes = ShapeMemory()
    let reads: ReadLog
    let events: EventLog
    let restrictedKeys: RestrictedKeys
    let evidence: EvidenceLog
    private let hold: FolderHold

    init(
        organisation: Organisation, folder: OrganisationFolder, environment: Environment, store: OpeningStore,
        vault: Vault, evidence: EvidenceLog, changes: ChangeLog, hold: FolderHold
    ) {
        self.organisation = organisation
        self.folder = folder
        self.environment = environment
        self.store = store
        self.vault = vault
        search = SearchIndex(key: vault.derivedKey(for: "search index"))
        matches = MatchIndex(key: vault.derivedKey(for: "match index"))
        reads = ReadLog(store: store)
        events = EventLog(folder: folder.events, organisation: organisation.id, environment: environment)
        restrictedKeys = RestrictedKeys(key: vault.derivedKey(for: "restricted keys"))
        self.evidence = evidence
        sequences = Sequences(store)
        self.changes = changes
        self.hold = hold
    }

    /// Whether other processes may have the organisation open as well, and write to it.
    public var isShared: Bool { hold.isShared }

    /// Ends after the work in hand. The folder may then be opened by another process.
    public func close() async {
        // What cannot be written now was a report of a read, and the folder must be left all the same.
        try? await reads.flush()
        events.endFile(all: true)
        await store.close()
        changes.close()
        await vault.close()
        hold.release()
    }
}
