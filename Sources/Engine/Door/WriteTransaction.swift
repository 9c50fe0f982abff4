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
    /// Names of sequences that gave numbers: their marks are stored at the end.
    private var sequences: Set<String> = []

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
    func number(_ sequence: String) -> Int64 {
        sequences.insert(sequence)
        return engine.sequences.next(sequence)
    }

    /// Notes that ids of an object, taken before the transaction, are used in it.
    func noteIDs(of object: ObjectSchema) { sequences.insert(object.name) }

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

    /// What all writes end with: marks of sequences, and the change log, on the disk before the commit.
    func finish() throws {
        try subjects.demandKeys(of: changes.map(\.subject))
        try engine.sequences.save(sequences, connection)
        try RefusedContact.store(refusedContacts, by: session.user, schema, connection)
        engine.generation.advance()
        try engine.changes.append(changes, keys: subjects.keys, at: now, connection)
    }
}
