import Engine
public import Records

extension Requests {
    /// Does what was approved: the restriction, the opt-outs, the package, or notes that the data was corrected.
    ///
    /// A call after a crash or a refusal goes on where it stood; what is done is not done twice.
    /// - Parameter note: For a rectification, what was corrected, by the names of fields and never by their values.
    /// - Throws: `INVALID_OPERATION` when the request is not approved; `MISSING_ARGUMENT` for a rectification without a
    ///   note.
    public func carryOut(_ id: RecordID, note: String? = nil) async throws -> DataSubjectRequest {
        let request = try await request(id)
        let next = try request.status.after(.carryOut, of: request.kind)
        switch request.kind {
        case .access, .portability:
            try await perform("Packaged", for: id) {
                let package = try await makePackage(for: request)
                return "manifest sha256 \(package.hash), \(package.counts.values.reduce(0, +)) records"
            }
        case .restriction: try await perform("Restricted", for: id) { try await restrict(request) }
        case .erasure: try await perform("Erased", for: id) { try await erase(request) }
        case .objection: try await perform("Stopped", for: id) { try await stop(request) }
        case .rectification:
            guard let note, note.contains(where: { !$0.isWhitespace }) else {
                throw PlatformError(.missingArgument, "Say which fields were corrected, by their names.")
            }
            try await perform("Corrected", for: id) { note }
        }
        try await session.updateRow(
            "DataSubjectRequest", id,
            ["Status": .text(next.rawValue), "CompletedDate": .datetime(environment.now())]
        )
        return try await self.request(id)
    }

    /// The package that answers a request of access or portability. Each making is put on record.
    /// - Throws: `INVALID_OPERATION` for another kind, or while the request is not approved.
    public func package(for id: RecordID) async throws -> PersonPackage {
        let request = try await request(id)
        guard [.access, .portability].contains(request.kind), [.approved, .carriedOut].contains(request.status) else {
            throw PlatformError(
                .invalidOperation,
                "A package is made for an approved request of access or portability, until it is closed."
            )
        }
        return try await makePackage(for: request)
    }

    /// Notes that the person was told that their restriction will be lifted (Art. 18(3): before it is lifted).
    /// - Parameter how: By which way, such as `Email` or `Letter`.
    public func announce(_ id: RecordID, how: String) async throws -> DataSubjectRequest {
        guard how.contains(where: { !$0.isWhitespace }) else {
            throw PlatformError(.missingArgument, "Say how the person was told.")
        }
        return try await act(.announce, on: id, step: "Announced", detail: how)
    }

    /// Lifts a restriction: the person's records are back as they were. The person must have been told
    /// (``announce(_:how:)``).
    public func lift(_ id: RecordID) async throws -> DataSubjectRequest {
        let request = try await request(id)
        let next = try request.status.after(.lift, of: request.kind)
        try await perform("Lifted", for: id) {
            // After a crash the records may be back already.
            let deed = try await session.restrictions().first { $0.request == id }
            let lifted = deed?.state == .lifted ? deed : try await session.lift(request: id)
            return "\(lifted?.recordCount ?? 0) records"
        }
        try await session.updateRow("DataSubjectRequest", id, ["Status": .text(next.rawValue)])
        return try await self.request(id)
    }

    /// Closes a request whose answer was given.
    public func close(_ id: RecordID) async throws -> DataSubjectRequest {
        try await act(.close, on: id, step: "Told", detail: nil)
    }

    private func makePackage(for request: DataSubjectRequest) async throws -> PersonPackage {
        try await Packages(session, environment: environment)
            .make(of: request.person, for: request, language: request.language)
    }

    private func restrict(_ request: DataSubjectRequest) async throws -> String {
        let known = try await session.restrictions().first { $0.request == request.id && $0.state == .restricted }
        let deed: RestrictionDeed
        if let known { deed = known } else { deed = try await session.restrict(request.person, request: request.id) }
        return "\(deed.recordCount) records, sealed file sha256 \(deed.fileHash)"
    }

    /// An objection ends every way of reaching the person for marketing, at once and without weighing (Art. 21(2)–(3)).
    private func stop(_ request: DataSubjectRequest) async throws -> String {
        let consents = Consents(session, environment: environment)
        for channel in ContactChannel.allCases {
            try await consents.record(
                ConsentDecision(
                    channel: channel, isOptIn: false, method: Self.methods[request.channel] ?? "Agent",
                    source: request.name, textShown: nil, textVersion: nil, language: request.language,
                    captured: request.received
                ),
                of: request.person
            )
        }
        let people = try await consents.people(of: request.person)
        if let individual = people.individual {
            try await session.updateRow(
                "Individual", individual, ["HasOptedOutSolicit": true, "HasOptedOutProfiling": true]
            )
        }
        return ContactChannel.allCases.map(\.rawValue).joined(separator: ", ")
    }

    /// How a decision was recorded that came by a channel of requests.
    private static let methods = [
        "Portal": "WebForm", "Email": "Email", "Phone": "Phone", "Letter": "Paper", "Desk": "InPerson",
    ]
}
