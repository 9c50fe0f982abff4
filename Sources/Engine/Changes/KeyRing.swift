import Records
import Vault

/// The keys that a write seals its changes under, fetched before the transaction: a writer's thread waits for nothing.
struct KeyRing: Sendable {
    private let organisation: SealingKey
    private var keys: [RecordID: SealingKey] = [:]
    /// People whose key was destroyed: what remains of them is anonymous, so it is of nobody.
    private var nobody: Set<RecordID> = []

    init(_ vault: Vault) { organisation = vault.organisationKey }

    /// The key for a subject's data; nil when it must be fetched first.
    func key(for subject: RecordID?) -> SealingKey? {
        guard let subject, !nobody.contains(subject) else { return organisation }
        return keys[subject]
    }

    /// Fetches or makes keys; those made are on the disk when this returns.
    mutating func fetch(_ subjects: some Collection<RecordID>, from vault: Vault) async throws {
        var wanted = Set(subjects)
        while !wanted.isEmpty {
            do {
                keys.merge(try await vault.keys(for: Array(wanted))) { _, new in new }
                return
            } catch let error as VaultError where error.code == .destroyed {
                guard let subject = error.subject else { throw error }
                wanted.remove(subject)
                nobody.insert(subject)
            }
        }
    }
}

/// Thrown out of a transaction that needs keys which were not fetched; it is run again with them.
struct MissingKeys: Error {
    let subjects: Set<RecordID>
}
