public import Records
import Store

extension Session {
    /// Puts an act of this session's user into the evidence log, and signs it.
    /// - Parameters:
    ///   - subject: What it was done to; nil for the organisation as a whole.
    ///   - facts: Counts, record ids, commitments, hashes; never personal data.
    public func prove(_ kind: Evidence.Kind, of subject: RecordID?, facts: [String: Evidence.Fact]) async throws {
        let evidence = Evidence(kind, at: engine.environment.now(), by: user, to: subject, facts: facts)
        _ = try await engine.store.write { try EvidenceLog.append(evidence, $0) }
        try await engine.evidence.settle()
    }

    /// Puts on record that a person's data left the product: into the list of who received it, and into the evidence log.
    /// - Parameter records: The records that left, by object.
    public func proveExport(
        of person: RecordID, records: [String: [RecordID]], facts: [String: Evidence.Fact]
    ) async throws {
        let schema = try await schema()
        for (name, ids) in records {
            if let object = schema.object(name) { report(.export, object, ids) }
        }
        try await prove(.export, of: person, facts: facts)
    }
}
