import Records
import Vault

/// The keys that a write seals its changes under, fetched before the transaction: a writer's thread waits for nothing.
struct KeyRing: Sendable {
    private let organisation: SealingKey
    private var keys: [RecordID: SealingKey] = [:]
    /// Of people whom a bulk load brings.
    private var new: NewKeys?
    /// People whose key was destroyed: what remains of them is anonymous, so it is of nobody.
    private var nobody: Set<RecordID> = []

    init(_ vault: Vault) { organisation = vault.organisationKey }

    /// The key for a subject's data; nil when it must be fetched first.
    func key(for subject: RecordID?) -> SealingKey? {
        guard let subject, !nobody.contains(subject) else { return organisation }
        return keys[subject]
    }

    /// Seals a record's text for the change log, under the key of its subject.
    /// - Returns: Whose key it was; nil: the organisation's.
    /// - Throws: ``MissingKeys`` when the key must be fetched first.
    func seal(
        _ text: UnsafeRawBufferPointer, of subject: RecordID?, record: RecordID, by sealer: inout Sealer,
        into out: UnsafeMutableRawBufferPointer
    ) throws -> RecordID? {
        if let subject, let new, new.subjects.contains(subject) {
            try sealer.seal(text, under: new, of: subject, for: .changeLog, place: record.rawValue, into: out)
            return subject
        }
        guard let key = key(for: subject) else { throw MissingKeys(subjects: subject.map { [$0] } ?? []) }
        try sealer.seal(text, under: key, for: .changeLog, place: record.rawValue, into: out)
        return key.subject
    }

    /// Makes the keys of new people who follow each other; those made are on the disk when this returns.
    mutating func make(for people: ClosedRange<RecordID>, from vault: Vault) async throws {
        new = try await vault.newKeys(for: people)
        // Keys may be there already: a load of an earlier version, cut off, left numbers that were given again.
        if new == nil {
            try await fetch((people.lowerBound.rawValue...people.upperBound.rawValue).map(RecordID.init), from: vault)
        }
    }

    /// Takes the keys of those people among records that have one: a write begins with what it will probably need.
    mutating func fetchExisting(_ records: [RecordID], from vault: Vault) async throws {
        keys.merge(try await vault.existingKeys(for: records)) { _, new in new }
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
