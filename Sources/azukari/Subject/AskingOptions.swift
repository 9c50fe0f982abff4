import ArgumentParser
import Engine
import Privacy
import Records

/// What enters a request in the register, or goes on with one that is there.
struct AskingOptions: ParsableArguments {
    @Option(help: "Go on with a request of the register, such as one that was cut off: its number or id.")
    var request: String?
    @Option(help: "How you know that it is the person who asks. Kept with the request.") var verifiedBy: String?
    @Option(help: "The law that applies: gdpr, uk-gdpr, appi, ccpa, lgpd, as far as there is a file for it.")
    var regulation = "gdpr"
    @Option(help: "How the request came: Portal, Email, Phone, Letter, Desk, API.") var channel = "Desk"
    @Option(help: "What the person wrote.") var reason: String?
    @Option(help: "The language of the answer: ja or en.") var language = "en"

    /// A request that was approved, by the person at the machine if by nobody before: the one that `--request` names, or
    /// a new one.
    /// - Parameter agree: Called with whom it is about, before anything is entered or approved; throws to refuse.
    func approved(
        _ kind: RequestKind, of person: PersonOptions, _ requests: Requests, in session: Session,
        agree: (String) throws -> Void = { _ in }
    ) async throws -> DataSubjectRequest {
        guard let request else {
            let record = try await person.record(in: session)
            _ = try method()
            try agree("the person of \(record)")
            let asking = Requests.Asking(
                kind, of: record, regulation: regulation, channel: channel, reason: reason, language: language)
            return try await approve(try await requests.open(asking), requests)
        }
        guard !person.isNamed else { throw ValidationError("Name the person or the request, not both.") }
        let known = try await requests.request(try await session.requestID(named: request))
        guard known.kind == kind else {
            throw PlatformError(
                .invalidOperation, "The request \(known.name) asks for another thing: \(known.kind.rawValue).")
        }
        if !known.status.isAnswered { try agree("the person of the request \(known.name)") }
        return try await approve(known, requests)
    }

    /// Takes the steps that are still to be taken, and notes the one that a crash left without its proof.
    private func approve(_ request: DataSubjectRequest, _ requests: Requests) async throws -> DataSubjectRequest {
        var request = request
        if request.status == .received || request.status == .verified {
            let isProven = try await requests.steps(of: request.id).contains { $0.name == "Verified" }
            if !isProven { request = try await requests.verify(request.id, method: try method()) }
        }
        return request.status == .verified ? try await requests.approve(request.id) : request
    }

    private func method() throws -> String {
        guard let verifiedBy else {
            throw ValidationError("Say with --verified-by how you know that it is the person who asks.")
        }
        return verifiedBy
    }
}

extension Requests {
    /// Carries out what was approved. What is carried out already is answered as it stands, so that a command that was
    /// cut off can be given again.
    func finish(_ request: DataSubjectRequest) async throws -> DataSubjectRequest {
        switch request.status {
        case .carriedOut, .announced, .closed: request
        default: try await carryOut(request.id)
        }
    }
}

extension Session {
    /// A request by its number (`R-000001`) or its id.
    func requestID(named name: String) async throws -> RecordID {
        let found = try await query(
            "SELECT Id FROM DataSubjectRequest WHERE Name = :name", bindings: ["name": .one(.text(name))])
        guard let id = found.first?.id ?? RecordID(name) else {
            throw PlatformError(.notFound, "There is no request \(name) in the register.")
        }
        return id
    }
}
