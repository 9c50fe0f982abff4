public import Records
import Store

extension Session {
    /// What an erasure of a person would do, under a policy: nothing is changed. A restricted person is found as well.
    /// - Throws: `INSUFFICIENT_ACCESS`; `NOT_FOUND` for a record that is nobody's or absent.
    public func previewErasure(of person: RecordID, policy: ErasurePolicy) async throws -> ErasurePlan {
        try await mustActForPersons()
        try await engine.settleSearch()
        let engine = engine
        if let trace = try await engine.store.read({ try engine.tracer(on: $0).trace(person) }) {
            return ErasurePlan(trace, policy: policy)
        }
        guard let deed = try await engine.store.read({ try engine.restriction(ofRecord: person, $0) }) else {
            throw PlatformError.noPerson(person)
        }
        let moves = Restriction(engine: engine, session: self, hook: nil)
        let tables = try await moves.tables(of: deed)
        do {
            // Put back and looked at in a transaction that is not kept.
            try await engine.store.write { connection in
                try moves.restore(tables, connection)
                throw Looked(trace: try engine.tracer(on: connection).trace(deed.person))
            }
        } catch let looked as Looked {
            if let trace = looked.trace { return ErasurePlan(trace, policy: policy) }
        }
        throw PlatformError.noPerson(person)
    }

    /// Erases a person (GDPR Art. 17) as a plan says: others' texts are redacted, own records deleted, made neutral or
    /// kept by the plan's policy, files removed, the person's keys destroyed, and the certificate issued.
    ///
    /// What came in since the preview is treated by the same policy. A crash at any step is made good by
    /// ``resumeErasures()`` or at the next opening.
    /// - Parameter request: The `DataSubjectRequest` that was approved.
    /// - Throws: `INSUFFICIENT_ACCESS`; `INVALID_OPERATION` when the request or the person was erased before.
    public func erase(_ plan: ErasurePlan, request: RecordID) async throws -> ErasureDeed {
        try await mustActForPersons()
        return try await Erasure(engine: engine, session: self, hook: KillPoint.hook).begin(plan, request: request)
    }

    /// Goes on with erasures that a crash or an error cut off.
    /// - Returns: Those that were ended by this call.
    public func resumeErasures() async throws -> [ErasureDeed] {
        try await mustActForPersons()
        return try await engine.resumeErasures()
    }

    /// The erasures of an organisation, in the order of their beginning.
    public func erasures() async throws -> [ErasureDeed] {
        try await mustActForPersons()
        return try await engine.store.read { try ErasureRow.find("TRUE", $0).map(\.deed) }
    }
}

/// Carries a trace out of a transaction that is undone.
private struct Looked: Error {
    let trace: Trace?
}

extension Engine {
    func resumeErasures() async throws -> [ErasureDeed] {
        let rows = try await store.read { try ErasureRow.find("ended IS NULL", $0) }
        var deeds: [ErasureDeed] = []
        for row in rows {
            // One that is under way in another process is not cut off; one that has just ended there is done.
            guard let hold = try? holdDeed(row.request) else { continue }
            defer { hold.end() }
            guard
                let row = try await store.read({
                    try ErasureRow.find("request = \(.id(row.request)) AND ended IS NULL", $0).first
                })
            else { continue }
            let session = systemSession(as: .privacy, reason: "erasure \(row.request)")
            deeds.append(try await Erasure(engine: self, session: session, hook: nil).proceed(row))
        }
        return deeds
    }
}
