public import Engine
public import Records

extension Requests {
    /// What an erasure does, object by object: as it was approved, or what the rules give before that. Change its
    /// actions and hand it to ``preview(_:policy:)`` and ``approve(_:policy:)`` to decide otherwise.
    public func erasurePolicy(for id: RecordID) async throws -> ErasurePolicy {
        let request = try await request(id)
        if let decided = try await steps(of: id).last(where: { $0.name == "Decided" }) {
            return try ErasurePolicy(text: decided.detail ?? "")
        }
        return try await erasurePolicy(of: request.person)
    }

    /// What an erasure of a person would do by the rules, before anybody asked for one. Nothing is changed.
    /// - Parameter person: A record of the person.
    /// - Throws: `INSUFFICIENT_ACCESS`; `NOT_FOUND` for a record that is nobody's or absent.
    public func erasurePlan(of person: RecordID) async throws -> ErasurePlan {
        try await session.previewErasure(of: person, policy: try await erasurePolicy(of: person))
    }

    /// Everything deleted shows whose records there are; of these the rules say what is kept.
    private func erasurePolicy(of person: RecordID) async throws -> ErasurePolicy {
        let plan = try await session.previewErasure(of: person, policy: .standard)
        return try await ErasureRules.standard().policy(for: plan.records, today: environment.now().day, session)
    }

    /// The signed certificate of an erasure, a JSON file that anybody can check with the organisation's public key.
    /// - Throws: `NOT_FOUND` while there is none.
    public func certificate(of id: RecordID) async throws -> [UInt8] {
        let found = try await session.query(
            "SELECT Id, Body FROM ErasureCertificate WHERE RequestId = :id ORDER BY IssuedDate DESC, Id DESC LIMIT 1",
            bindings: ["id": .one(.id(id))]
        )
        guard let body = found.first?["Body"].text else {
            throw PlatformError(.notFound, "There is no certificate: the erasure of this request is not finished.")
        }
        return Array(body.utf8)
    }

    /// Erases as approved, or goes on with an erasure that was cut off.
    func erase(_ request: DataSubjectRequest) async throws -> String {
        var deed = try await session.erasures().first { $0.request == request.id }
        if let begun = deed, begun.ended == nil {
            _ = try await session.resumeErasures()
            deed = try await session.erasures().first { $0.request == request.id }
        } else if deed == nil {
            try await forgetWords(of: request.person)
            let plan = try await session.previewErasure(
                of: request.person, policy: try await erasurePolicy(for: request.id)
            )
            deed = try await session.erase(plan, request: request.id)
        }
        guard let deed, deed.ended != nil else {
            throw PlatformError(
                .unknownException, "The erasure is not finished. Call it again: it goes on where it stood.")
        }
        return """
            \(deed.deletedCount) records deleted, \(deed.anonymisedCount) anonymised, \(deed.keptCount) kept, \
            \(deed.redactedCount) places redacted, \(deed.keysDestroyed) keys destroyed
            """
    }

    /// What the person wrote in their requests is theirs too; that they asked, and what was answered, stays as proof.
    private func forgetWords(of person: RecordID) async throws {
        let written = try await requests(of: person).filter { $0.reason != nil }.map(\.id)
        try await session.set("Reason", of: "DataSubjectRequest", written, to: .null)
    }
}
