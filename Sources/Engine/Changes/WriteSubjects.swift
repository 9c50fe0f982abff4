import Records
import Store
import Vault

/// Whose data the rows of a write are, and the keys for it. What was looked up is kept for the rest of the transaction.
final class WriteSubjects {
    let keys: KeyRing
    private let subjects: Subjects
    private var known: [RecordID: RecordID?] = [:]

    init(schema: Schema, keys: KeyRing, connection: any Connection) {
        self.keys = keys
        subjects = Subjects(schema: schema, connection: connection)
    }

    /// The root of a stored record.
    func root(of id: RecordID) throws -> RecordID? {
        if let root = known[id] { return root }
        let root = try subjects.root(of: id)
        known[id] = .some(root)
        return root
    }

    /// The root of a record that is about to be written, by the parents that it will have.
    func root(
        of id: RecordID, in object: ObjectSchema, parents: some Sequence<RecordID>
    ) throws -> RecordID? {
        for parent in parents {
            if let root = try root(of: parent) { return root }
        }
        return object.isPerson ? id : nil
    }

    /// Refuses to go on without the keys of all these.
    /// - Throws: ``MissingKeys``.
    func demandKeys(of subjects: some Sequence<RecordID?>) throws {
        var missing: Set<RecordID> = []
        for case let subject? in subjects where keys.key(for: subject) == nil { missing.insert(subject) }
        if !missing.isEmpty { throw MissingKeys(subjects: missing) }
    }

    /// A row moved to another subject in this transaction: what was known of its children is no longer so.
    func forget() { known.removeAll() }
}
