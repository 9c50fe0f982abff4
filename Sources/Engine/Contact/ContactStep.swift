import Records
import Store

/// The step that refuses messages and calls to people who do not want them. A send is a write, so nothing goes around it.
enum ContactStep {
    static func check(_ set: inout WriteSet, _ transaction: WriteTransaction) throws {
        try check(&set, now: transaction.now, transaction.connection) { transaction.note($0) }
    }

    /// - Parameter note: Gets every refused send.
    static func check(
        _ set: inout WriteSet, now: Instant, _ connection: any Connection, note: (RefusedContact) -> Void
    ) throws {
        guard set.object.name == "EmailMessage" || set.object.name == "Task" else { return }
        let gate = ContactGate(now: now, connection: connection)
        for row in set.rows.indices where set.rows[row].refusals.isEmpty {
            let outgoing = OutgoingContact(set.object, now: now) { set.value($0, of: row) }
            guard let outgoing, isNew(outgoing, set, row, now) else { continue }
            let addresses: [String?] = outgoing.addresses.isEmpty ? [nil] : outgoing.addresses
            for address in addresses {
                let decision = try gate.decision(outgoing.channel, address: address, person: outgoing.person)
                guard !decision.isAllowed else { continue }
                set.rows[row].refusals.append(decision.refusal(of: outgoing.channel))
                note(RefusedContact(channel: outgoing.channel, reasons: decision.reasons, at: now))
            }
        }
    }

    /// Whether the write makes it a send: a changed note on a message that left before is none.
    private static func isNew(
        _ outgoing: OutgoingContact, _ set: WriteSet, _ row: Int, _ now: Instant
    ) -> Bool {
        guard let old = set.rows[row].old else { return true }
        let before = OutgoingContact(set.object, now: now) { name in
            set.object.index(of: name).map { old[$0] } ?? .null
        }
        guard let before else { return true }
        return before.person != outgoing.person || !Set(outgoing.addresses).isSubset(of: before.addresses)
    }
}
