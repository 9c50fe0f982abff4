public import Engine
public import Records

extension Requests {
    /// Notes that the person is who they say, and how that is known (Art. 12(6): not more than is needed).
    /// - Throws: `MISSING_ARGUMENT` without a method; `INVALID_OPERATION` when it is not to be done now.
    public func verify(_ id: RecordID, method: String) async throws -> DataSubjectRequest {
        guard method.contains(where: { !$0.isWhitespace }) else {
            throw PlatformError(.missingArgument, "Say how the person's identity is known.")
        }
        return try await act(.verify, on: id, step: "Verified", detail: method)
    }

    /// Approves a request, as the user of the session. The person themselves cannot.
    /// - Parameter policy: For an erasure, what becomes of the records of each object; ``erasurePolicy(for:)`` when
    ///   nil.
    /// - Throws: `INSUFFICIENT_ACCESS` when the user is the person; `INVALID_OPERATION` when it is not verified.
    public func approve(_ id: RecordID, policy: ErasurePolicy? = nil) async throws -> DataSubjectRequest {
        let request = try await request(id)
        _ = try request.status.after(.approve, of: request.kind)
        guard try await !isUser(request.person) else {
            throw PlatformError(.insufficientAccess, "Nobody approves their own request. Another user must do it.")
        }
        var decided: String?
        if request.kind == .erasure {
            let chosen: ErasurePolicy
            if let policy { chosen = policy } else { chosen = try await erasurePolicy(for: id) }
            try chosen.check()
            decided = chosen.text
        }
        // What was decided is noted before the status says so: an approval without its plan would approve anything.
        try await note("Decided", for: id, detail: decided)
        try await session.updateRow(
            "DataSubjectRequest", id,
            [
                "Status": .text(RequestStatus.approved.rawValue), "ApprovedById": .id(session.user),
                "ApprovedDate": .datetime(environment.now()),
            ]
        )
        return try await self.request(id)
    }

    /// Refuses a request on a ground of the law (Art. 12(4): the person is told why).
    /// - Throws: `INVALID_OPERATION` for a ground that the regulation does not have for this right.
    public func refuse(_ id: RecordID, ground: String) async throws -> DataSubjectRequest {
        let request = try await request(id)
        let grounds = try Regulation.named(request.regulation).refusals(of: request.kind)
        guard let refusal = grounds.first(where: { $0.code == ground }) else {
            let known = grounds.map(\.code).joined(separator: ", ")
            throw PlatformError(
                .invalidOperation, "“\(ground)” is no ground to refuse \(request.kind.right). Grounds: \(known).",
                fields: ["RefusalGround"]
            )
        }
        return try await act(
            .refuse, on: id, step: "Refused", detail: refusal.source,
            values: ["RefusalGround": .text(ground), "CompletedDate": .datetime(environment.now())]
        )
    }

    /// Extends the time to answer, once, for a complex request or many; the person is told why before the first term
    /// ends (Art. 12(3)).
    /// - Throws: `INVALID_OPERATION` where the law knows no extension, the term has ended, or it was extended before.
    public func extend(_ id: RecordID, reason: String) async throws -> DataSubjectRequest {
        let request = try await request(id)
        let clock = try Regulation.named(request.regulation).clock(for: request.kind.right)
        guard let due = clock.extendedDue(received: request.received.day) else {
            throw PlatformError(
                .invalidOperation, "The regulation \(request.regulation) knows no extension for this right.")
        }
        guard !request.status.isAnswered, due > request.due, environment.now().day <= request.due else {
            throw PlatformError(
                .invalidOperation,
                "The time can be extended once, before \(request.due) and before the request is answered.",
                fields: ["DueDate"]
            )
        }
        guard reason.contains(where: { !$0.isWhitespace }) else {
            throw PlatformError(.missingArgument, "Say why the time is extended: the person is told the reason.")
        }
        try await session.updateRow("DataSubjectRequest", id, ["DueDate": .date(due)])
        try await note("Extended", for: id, detail: reason)
        return try await self.request(id)
    }

    /// Whether the user of the session is the person: by the records that the user's row names, or by the same address.
    private func isUser(_ person: RecordID) async throws -> Bool {
        let user = try await session.query(
            "SELECT Id, Email, ContactId, IndividualId FROM User WHERE Id = :user",
            bindings: ["user": .one(.id(session.user))]
        ).first
        guard let user else { return false }
        let people = try await PersonRecords(of: person, session)
        let own = Set([user["ContactId"].id, user["IndividualId"].id].compactMap { $0 })
        if !own.isDisjoint(with: people.all) { return true }
        guard let address = user["Email"].text?.lowercased() else { return false }
        return try await people.emails(session).contains { $0.lowercased() == address }
    }
}

extension Regulation {
    /// The grounds on which a right may be refused.
    func refusals(of kind: RequestKind) -> [Refusal] { refusals.filter { $0.rights?.contains(kind.right) ?? true } }
}
