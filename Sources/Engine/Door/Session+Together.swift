public import Records
import Store
import Synchronization

/// What a session does in one transaction, and what must be told when that has ended.
final class Together: Sendable {
    let transaction: HeldTransaction
    private let refused = Mutex<[RefusedContact]>([])

    init(_ transaction: HeldTransaction) { self.transaction = transaction }

    /// Refused sends are counted however the transaction ends.
    func note(_ contacts: [RefusedContact]) { refused.withLock { $0 += contacts } }

    var refusedContacts: [RefusedContact] { refused.withLock { $0 } }
}

extension Session {
    /// Runs `body` with a session of the same user whose reads and writes are one transaction: all is kept when it returns,
    /// and nothing when it throws.
    ///
    /// Nobody else writes meanwhile, so `body` waits for nothing but the session. What it reads shows what it wrote before; a search
    /// and an export (``encode(_:bindings:deleted:with:)``) do not. Inside another such transaction it is part of that one.
    public func together<T: Sendable>(_ body: (Session) async throws -> T) async throws -> T {
        if together != nil { return try await body(self) }
        do {
            let (result, contacts) = try await engine.store.hold { transaction in
                let together = Together(transaction)
                do {
                    return (try await body(Session(self, together: together)), together.refusedContacts)
                } catch {
                    // What was made of a schema or of rights that will not have been must not be found again.
                    _ = try? await transaction.run { [engine] _ in engine.forgetSchema() }
                    throw Apart(error: error, contacts: together.refusedContacts)
                }
            }
            try await store(contacts)
            try await engine.evidence.settleIfBehind()
            try await engine.reads.flushIfFull()
            return result
        } catch let apart as Apart {
            try await store(apart.contacts)
            throw apart.error
        } catch {
            engine.forgetSchema()
            throw error
        }
    }

    /// Reads at one moment of the database, or within the session's transaction.
    func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        if let together { return try await together.transaction.run(body) }
        return try await engine.store.read(body)
    }

    /// Writes in a transaction of its own, or within the session's.
    @discardableResult
    func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        if let together { return try await together.transaction.run(body) }
        return try await engine.store.write(body)
    }

    /// New ids of an object, one behind the other.
    func newIDs(_ count: Int, of object: ObjectSchema) async throws -> [RecordID] {
        guard let together else { return try await engine.sequences.ids(count, of: object) }
        let first = try await together.transaction.run { try Sequences.reserve(count, of: object.name, $0) }
        return (0..<count).map { RecordID(prefix: object.keyPrefix, sequence: first + Int64($0)) }
    }

    /// What follows a commit, unless that is yet to come.
    func settle() async throws {
        if together == nil { try await engine.evidence.settleIfBehind() }
    }

    /// Waits for the log of reads when it cannot keep up, unless that waits for this session's transaction.
    func flushReadsIfFull() async throws {
        if together == nil { try await engine.reads.flushIfFull() }
    }

    /// Refused sends, in a transaction of their own: the write that they were refused in left nothing behind.
    func store(_ refused: [RefusedContact]) async throws {
        guard !refused.isEmpty else { return }
        if let together { return together.note(refused) }
        try await engine.store.write { connection in
            let schema = try self.engine.schema.current(on: connection)
            try RefusedContact.store(refused, by: self.user, schema, connection)
        }
    }
}

/// The error that undid a transaction, and what it leaves to be told.
private struct Apart: Error {
    let error: any Error
    let contacts: [RefusedContact]
}

extension Engine {
    /// To be called when a transaction is undone that may have changed the schema or rights and read them again.
    func forgetSchema() {
        schema.forget()
        accesses.forget()
        plans.forget()
    }
}
