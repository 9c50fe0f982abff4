public import Records
import Store

/// A send or a call that was refused: counted even though nothing was written.
struct RefusedContact: Sendable {
    let channel: ContactChannel
    let reasons: [ContactDecision.Reason]
    let at: Instant

    /// One row for each record that said no.
    static func store(
        _ refused: [RefusedContact], by user: RecordID, _ schema: Schema, _ connection: any Connection
    ) throws {
        let subjects = Subjects(schema: schema, connection: connection)
        for refusal in refused {
            for reason in refusal.reasons {
                let person = try subjects.root(of: reason.record)
                try connection.execute(
                    """
                    INSERT INTO az_refusal (person, channel, object, field, record, "by", at) VALUES \
                    (\(person.map(Value.id) ?? .null), \(.text(refusal.channel.rawValue)), \(.text(reason.object)), \
                    \(.text(reason.field)), \(.id(reason.record)), \(.id(user)), \(.datetime(refusal.at)))
                    """
                )
            }
        }
    }
}

/// What was not sent to a person, and why.
public struct ContactRefusal: Sendable {
    public let at: Instant
    public let channel: ContactChannel
    /// The record that said no, and its field.
    public let object: String
    public let record: RecordID
    public let field: String
    /// Who tried.
    public let by: RecordID
}

extension Session {
    /// Whether a person may be reached by a channel, and every record that says no.
    ///
    /// Writes that send or dial obey it by themselves; ask to show it before somebody tries.
    /// - Parameters:
    ///   - address: An e-mail address; everybody who has it is asked after.
    ///   - person: A Contact, Lead or Individual.
    ///   - moment: As it was or will be then; now when nil.
    public func contactDecision(
        _ channel: ContactChannel, address: String?, person: RecordID?, at moment: Instant? = nil
    ) async throws -> ContactDecision {
        let now = moment ?? engine.environment.now()
        return try await engine.store.read { connection in
            _ = try self.access(on: connection)
            return try ContactGate(now: now, connection: connection).decision(channel, address: address, person: person)
        }
    }

    /// What was not sent or dialled to a person, the latest first.
    public func refusedContacts(of person: RecordID, limit: Int) async throws -> [ContactRefusal] {
        try await engine.store.read { connection in
            let access = try self.access(on: connection)
            guard access.visible.object(of: person) != nil,
                try RecordFilter.permits(person, for: .read, access, connection)
            else { return [] }
            let root = try Subjects(schema: access.full, connection: connection).root(of: person) ?? person
            return try connection.all(
                """
                SELECT at, channel, object, record, field, "by" FROM az_refusal \
                WHERE person = \(.id(root)) ORDER BY id DESC LIMIT \(.integer(Int64(limit)))
                """
            ) { row in
                ContactRefusal(
                    at: Instant(milliseconds: row.int64(0)), channel: ContactChannel(rawValue: row.string(1)) ?? .email,
                    object: row.string(2), record: RecordID(rawValue: row.int64(3)), field: row.string(4),
                    by: RecordID(rawValue: row.int64(5))
                )
            }
        }
    }
}
