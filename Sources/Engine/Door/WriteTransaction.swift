import Records
import Store
import Vault

/// One transaction of writing: who writes, what the database holds at its moment, and what its steps have gathered.
///
/// Used on the writer's thread only, inside one call of the store.
final class WriteTransaction {
    let session: Session
    let connection: any Connection
    let access: Access
    /// The stamp of everything that is written.
    let now: Instant
    let subjects: WriteSubjects
    private(set) var changes: [Change] = []
    private(set) var refusedContacts: [RefusedContact] = []
    /// The next numbers of the sequences that gave some: they are stored at the end.
    private var sequences: [String: Int64] = [:]

    init(_ session: Session, _ keys: KeyRing, _ connection: any Connection) throws {
        self.session = session
        self.connection = connection
        access = try session.access(on: connection)
        now = session.engine.stamps.next(session.engine.environment.now())
        subjects = WriteSubjects(schema: access.full, keys: keys, connection: connection)
    }

    var schema: Schema { access.full }
    var engine: Engine { session.engine }
    var isSystem: Bool { session.system != nil }

    /// Notes what was done to a record, for the change log.
    func note(_ change: Change) { changes.append(change) }

    /// Notes a refused send: it is counted when the transaction has ended, however it ends.
    func note(_ refusal: RefusedContact) { refusedContacts.append(refusal) }

    /// The next number of a sequence.
    func number(_ sequence: String) throws -> Int64 {
        let number = try sequences[sequence] ?? Sequences.next(sequence, connection)
        sequences[sequence] = number + 1
        return number
    }

    /// Runs a part that leaves nothing behind when it throws, neither rows nor notes.
    func savepoint(_ body: () throws -> Void) throws {
        let noted = changes.count
        do {
            try connection.savepoint(body)
        } catch {
            changes.removeSubrange(noted...)
            subjects.forget()
            throw error
        }
    }

    /// What all writes end with: the next numbers of sequences, and the change log, on the disk before the commit.
    func finish() throws {
        try subjects.demandKeys(of: changes.map(\.subject))
        for (name, next) in sequences.sorted(by: { $0.key < $1.key }) { try Sequences.save(next, name, connection) }
        if let together = session.together {
            together.note(refusedContacts)
        } else {
            try RefusedContact.store(refusedContacts, by: session.user, schema, connection)
        }
        engine.generation.advance()
        try engine.changes.append(changes, keys: subjects.keys, at: now, connection)
    }
}
