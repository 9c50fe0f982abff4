import Foundation
import Records
import Store
import Vault

/// An erasure on its way through its steps. What destroys files, keys and leavings changes nothing when it is done again,
/// so it is noted once, in the transaction that puts the proof into the log; a crash at any moment is made good by going
/// on from what was noted last.
struct Erasure: Sendable {
    let engine: Engine
    /// In whose name the records change: the product's own privacy user after a crash.
    let session: Session
    let hook: (@Sendable (String) throws -> Void)?

    func begin(_ plan: ErasurePlan, request: RecordID) async throws -> ErasureDeed {
        let row = ErasureRow(
            request: request, person: plan.subject, by: session.user, state: .noted, policy: plan.policy,
            facts: ErasureFacts(), position: nil, began: engine.environment.now(), ended: nil
        )
        let hold = try engine.holdDeed(request)
        defer { hold.end() }
        try await engine.store.write { connection in
            if let known = try ErasureRow.find("request = \(.id(request)) OR person = \(.id(plan.subject))", connection)
                .first
            {
                throw PlatformError(
                    .invalidOperation, "The request \(known.request) has erased this person, or is doing so."
                )
            }
            try row.insert(connection)
        }
        try hook?("noted")
        return try await proceed(row)
    }

    /// Takes the steps that are still to be taken.
    func proceed(_ row: ErasureRow) async throws -> ErasureDeed {
        var row = row
        while let step = next(after: row.state) {
            row = try await step(row)
        }
        return row.deed
    }

    private func next(after state: ErasureDeed.State) -> ((ErasureRow) async throws -> ErasureRow)? {
        switch state {
        case .noted: eraseRecords
        case .recordsErased, .filesRemoved, .keysDestroyed, .scrubbed: destroyAndProve
        case .proven: certify
        case .certified: nil
        }
    }

    private func eraseRecords(_ row: ErasureRow) async throws -> ErasureRow {
        try await engine.settleSearch()
        try await engine.reads.flush()
        let restriction = try await engine.store.read {
            try RestrictionDeed.find("person = \(.id(row.person)) AND state = 'restricted'", $0).first
        }
        let moves = Restriction(engine: engine, session: session, hook: nil)
        var tables: [RawTable] = []
        if let restriction { tables = try await moves.tables(of: restriction) }
        let (engine, hook, sealed) = (engine, hook, tables)
        let now = engine.environment.now()
        let outcomes = try await session.commit(1, .rollbackAll, likely: [row.person]) { transaction in
            let connection = transaction.connection
            // Back for a moment that no reader sees, so that a restricted person is erased like everybody.
            if let restriction {
                try moves.restore(sealed, connection)
                try moves.end(restriction.request, as: .erased, now, connection)
            }
            var done = row
            done.state = .recordsErased
            if let trace = try engine.tracer(on: connection).trace(row.person) {
                let files = try PersonFiles(folder: engine.folder).find(trace)
                try PersonFiles.endJobs(of: files, at: now, connection)
                done.facts = try RecordErasure(transaction, policy: row.policy).run(trace)
                done.facts.files = files
                let commitment = Commitment(environment: engine.environment)
                done.facts.commitments = Self.committed(trace.identifiers).map(commitment.hash)
                done.facts.salt = commitment.salt
            } else {
                done.facts.subjects = [row.person.rawValue]
            }
            if let restriction { done.facts.files.append("vault/\(restriction.request).sealed") }
            try done.advance(connection, at: now)
            try AuditEvent.write(
                .erased, by: row.by, application: transaction.session.application, record: row.person,
                detail: "request \(row.request)", at: now, connection
            )
            try hook?("records written")
            return [(0, .done(id: row.person, isCreated: false))]
        }
        if let error = outcomes.lazy.flatMap(\.errors).first { throw error }
        try hook?(ErasureDeed.State.recordsErased.rawValue)
        return try await reread(row)
    }

    /// What the certificate commits to: whoever has the certificate and knows the value can check that it was meant.
    private static func committed(_ identifiers: PersonIdentifiers) -> [String] {
        identifiers.emails.map { "email:\($0.lowercased())" }
            + identifiers.phones.map { "phone:\($0.filter(\.isNumber))" }
            + identifiers.names.map { "name:\($0.last) \($0.first)" }
            + identifiers.externalIDs.map { "external:\($0)" }
    }

    private func destroyAndProve(_ row: ErasureRow) async throws -> ErasureRow {
        var ended: [(state: ErasureDeed.State, at: Instant)] = []
        func end(_ state: ErasureDeed.State) throws {
            ended.append((state, engine.environment.now()))
            try hook?(state.rawValue)
        }
        try PersonFiles(folder: engine.folder).remove(row.facts.files)
        try end(.filesRemoved)
        var row = row
        let subjects = row.facts.subjects
        // After a crash the keys may be gone already: the count is of subjects, which does not change.
        var destroyed = subjects.map { RecordID(rawValue: $0) }
        for former in (row.facts.formerSubjects ?? []).map({ RecordID(rawValue: $0) }) {
            // One that never had a key may yet get one: an anonymised record is still written to.
            if let key = try? await engine.vault.existingKey(for: former), key != nil { destroyed.append(former) }
        }
        _ = try await engine.vault.destroy(destroyed)
        row.facts.keysDestroyed = subjects.count
        try end(.keysDestroyed)
        try await engine.scrubPatiently()
        try end(.scrubbed)
        row = try await prove(row, after: ended)
        try hook?(ErasureDeed.State.proven.rawValue)
        return row
    }

    private func prove(
        _ row: ErasureRow, after ended: [(state: ErasureDeed.State, at: Instant)]
    ) async throws -> ErasureRow {
        let now = engine.environment.now()
        return try await engine.store.write { connection in
            var row = row
            var facts = row.facts.evidence
            facts["request"] = .text(row.request.description)
            if let salt = row.facts.salt { facts["saltHash"] = .text(Commitment.hash(ofSalt: salt)) }
            let approver =
                try connection.first(
                    "SELECT \"ApprovedById\" FROM \"DataSubjectRequest\" WHERE \"Id\" = \(.id(row.request))"
                ) { $0.isNull(0) ? nil : RecordID(rawValue: $0.int64(0)) } ?? nil
            facts["approvedBy"] = .text((approver ?? row.by).description)
            row.position = try EvidenceLog.append(
                Evidence(.erasure, at: now, by: row.by, to: row.person, facts: facts), connection
            )
            for step in ended { try row.note(step.state, at: step.at, connection) }
            row.state = .proven
            try row.advance(connection, at: now)
            return row
        }
    }

    private func certify(_ row: ErasureRow) async throws -> ErasureRow {
        guard let position = row.position else { throw PlatformError(.unknownException, "The erasure is not proven.") }
        try await engine.evidence.settle()
        let body = try engine.evidence.certificate(of: position, salt: row.facts.salt)
        var row = row
        row.state = .certified
        row.facts.salt = nil
        row.ended = engine.environment.now()
        let (done, now, hook) = (row, engine.environment.now(), hook)
        let batch = Batch(
            "ErasureCertificate",
            [
                "RequestId": .id(row.request), "Body": .text(String(decoding: body, as: UTF8.self)),
                "IssuedDate": .datetime(now), "CheckpointSize": .integer(Int64(engine.evidence.size)),
            ]
        )
        let office = engine.systemSession(as: .privacy, reason: "certificate of erasure")
        let outcomes = try await office.create(batch, onFailure: .rollbackAll) { connection in
            try done.advance(connection, at: now)
            try hook?("certificate written")
        }
        if let error = outcomes.lazy.flatMap(\.errors).first { throw error }
        try hook?(ErasureDeed.State.certified.rawValue)
        return row
    }

    private func reread(_ row: ErasureRow) async throws -> ErasureRow {
        let found = try await engine.store.read { try ErasureRow.find("request = \(.id(row.request))", $0).first }
        return found ?? row
    }
}
