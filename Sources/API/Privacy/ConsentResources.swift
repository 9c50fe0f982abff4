import Engine
import Formats
import HTTP
import Hummingbird
import Privacy
import Records

/// `consent/action/ACTION` and `consent/multiaction`: whether something may be done to people, in the platform's words, and taking
/// their word about it.
struct ConsentResources {
    let shared: Shared

    private static let idsMax = 200

    func add(to router: some RouterMethods<EdgeContext>) {
        router.rest("consent/action/:action", get: shared.rest(ask), patch: shared.rest(record))
        router.rest("consent/multiaction", get: shared.rest(askSeveral))
    }

    @Sendable private func ask(_ call: RESTCall) async throws -> Response {
        try await answer(call, [try action(named: try call.parameter("action"))])
    }

    @Sendable private func askSeveral(_ call: RESTCall) async throws -> Response {
        let names = (call.query["actions"] ?? "").split(separator: ",").map { $0.trimmingSpaces() }
        guard !names.isEmpty else {
            throw PlatformError(.missingArgument, "The parameter actions with names of actions is missing.")
        }
        return try await answer(call, try names.map(action))
    }

    private func action(named name: String) throws -> ConsentAction {
        guard let action = ConsentAction(name) else {
            let known = ConsentAction.allCases.map(\.rawValue).joined(separator: ", ")
            throw PlatformError(.invalidOperation, "There is no action '\(name.prefix(40))'. Actions: \(known).")
        }
        return action
    }

    /// The ids and addresses, as they were sent.
    private func people(_ call: RESTCall) throws -> [String] {
        let ids = (call.query["ids"] ?? "").split(separator: ",").map { $0.trimmingSpaces() }.filter { !$0.isEmpty }
        guard !ids.isEmpty else { throw PlatformError(.missingArgument, "The parameter ids is missing.") }
        guard ids.count <= Self.idsMax else {
            throw PlatformError(
                .exceededIDLimit, "At most \(Self.idsMax) ids go into one call; there are \(ids.count).")
        }
        var seen: Set<String> = []
        return ids.filter { seen.insert($0).inserted }
    }

    private func consents(_ call: RESTCall) async throws -> Consents {
        let schema = try await call.session.schema()
        guard ["Individual", "ContactPointTypeConsent", "ConsentEvent"].allSatisfy({ schema.object($0) != nil }) else {
            throw PlatformError(.insufficientAccess, "You need access to individuals and their consents.")
        }
        return Consents(call.session, environment: shared.environment)
    }

    private func answer(_ call: RESTCall, _ actions: [ConsentAction]) async throws -> Response {
        let ids = try people(call)
        let consents = try await consents(call)
        let moment = try moment("datetime", call)
        if let policy = call.query["policy"], policy.lowercased() != "requireexplicitconsent" {
            throw PlatformError(.invalidOperation, "The policy is requireExplicitConsent, or none.")
        }
        let questions = actions.map {
            ConsentQuestion(
                action: $0, purpose: call.query["purpose"], moment: moment,
                needsExplicitConsent: call.query["policy"] != nil)
        }
        var answers: [(id: String, answers: [ConsentAnswer]?)] = []
        for id in ids {
            var found: [ConsentAnswer]? = []
            for question in questions {
                let answer: ConsentAnswer? =
                    if id.contains("@") {
                        try await consents.answer(question, aboutAddress: id)
                    } else if let record = RecordID(id) {
                        try await consents.answer(question, about: record)
                    } else {
                        nil
                    }
                guard let answer else {
                    found = nil
                    break
                }
                found?.append(answer)
            }
            answers.append((id, found))
        }
        let isVerbose = call.query["verbose"]?.lowercased() == "true"
        let isAggregated = call.query["aggregatedConsent"].map { $0.isEmpty || $0.lowercased() == "true" } ?? false
        return call.answer { json in
            json.object { json in
                guard !isAggregated else {
                    return write(actions, aggregated(answers.map(\.answers), actions.count), isVerbose, &json)
                }
                for (id, answers) in answers {
                    json.key(id)
                    json.object { json in
                        guard let answers else {
                            return json.member("result", "There is no record with this id, or you may not see it.")
                        }
                        write(actions, answers, isVerbose, &json)
                    }
                }
            }
        }
    }

    /// One answer for all, for each action.
    private func aggregated(_ answers: [[ConsentAnswer]?], _ count: Int) -> [ConsentAnswer] {
        (0..<count).map { place in ConsentAnswer(together: answers.map { $0?[place] }) }
    }

    private func write(
        _ actions: [ConsentAction], _ answers: [ConsentAnswer], _ isVerbose: Bool, _ json: inout JSONWriter
    ) {
        json.member("result", "Success")
        json.key("proceed")
        json.object { json in
            for (action, answer) in zip(actions, answers) {
                json.member(action.rawValue, String(answer.mayProceed))
                json.member("\(action.rawValue)Result", "Success")
            }
        }
        guard isVerbose else { return }
        json.key("explanation")
        json.array { json in
            for consulted in answers.flatMap(\.consulted) {
                json.object { json in
                    json.member("objectConsulted", consulted.object)
                    json.member(consulted.field.hasSuffix("Status") ? "status" : "field", status(consulted))
                    json.member("recordId", consulted.record.description)
                    json.member(
                        "value",
                        String(consulted.field.hasSuffix("Status") ? consulted.isFor : consulted.value == "true"))
                }
            }
        }
    }

    /// Of a consent its status, of a flag its name.
    private func status(_ consulted: ConsentAnswer.Consulted) -> String {
        consulted.field.hasSuffix("Status") ? consulted.value : consulted.field
    }

    // MARK: Taking a word

    @Sendable private func record(_ call: RESTCall) async throws -> Response {
        let action = try action(named: try call.parameter("action"))
        let ids = try people(call)
        let consents = try await consents(call)
        let decision = try decision(call)
        var answers: [(id: String, result: Result<[ConsentEdit]?, PlatformError>)] = []
        for id in ids {
            do {
                guard let record = RecordID(id) else {
                    answers.append((id, .success(nil)))
                    continue
                }
                answers.append((id, .success(try await consents.record(action, decision, of: record))))
            } catch let error as PlatformError {
                answers.append((id, .failure(error)))
            }
        }
        return call.answer { json in
            json.object { json in
                for (id, result) in answers {
                    json.key(id)
                    json.object { json in
                        switch result {
                        case .failure(let error): json.member("result", error.message)
                        case .success(nil):
                            json.member("result", "There is no record with this id, or you may not see it.")
                        case .success(let edits?):
                            json.member("result", "Success")
                            json.key("editedObjects")
                            json.array { json in for edit in edits { write(edit, &json) } }
                        }
                    }
                }
            }
        }
    }

    private func write(_ edit: ConsentEdit, _ json: inout JSONWriter) {
        json.object { json in
            json.member("objectName", edit.object)
            json.member("id", edit.record.description)
            json.member("operation", edit.isCreated ? "created" : "updated")
        }
    }

    private static let methods = [
        "web": "WebForm", "phone": "Phone", "email": "Email", "mailingaddress": "Paper", "inperson": "InPerson",
    ]

    private func decision(_ call: RESTCall) throws -> ConsentDecision {
        guard call.query["purposeName"] == nil else {
            throw PlatformError(
                .invalidOperation,
                "A decision for one purpose is a ContactPointTypeConsent with its DataUsePurposeId. Write that record.",
                fields: ["purposeName"])
        }
        let isOptIn: Bool
        switch call.query["status"]?.lowercased() {
        case "optin": isOptIn = true
        case "optout": isOptIn = false
        default: throw PlatformError(.missingArgument, "The parameter status is optin or optout.", fields: ["status"])
        }
        let way = call.query["captureContactPoint"]?.lowercased() ?? ""
        guard way.isEmpty || Self.methods[way] != nil else {
            throw PlatformError(
                .invalidOperation, "captureContactPoint is Web, Phone, Email, MailingAddress or InPerson.",
                fields: ["captureContactPoint"])
        }
        return ConsentDecision(
            channel: .email, isOptIn: isOptIn, method: Self.methods[way] ?? "Import",
            source: call.query["captureSource"] ?? call.query["consentName"] ?? "", textShown: call.query["textShown"],
            textVersion: call.query["textVersion"],
            language: call.query["language"] ?? (shared.engine.organisation.defaultLanguage == "ja" ? "ja" : "en"),
            captured: try moment("captureDate", call))
    }

    private func moment(_ name: String, _ call: RESTCall) throws -> Instant? {
        guard let text = call.query[name], !text.isEmpty else { return nil }
        // A plus that came as a blank is one.
        guard let moment = Instant(text.replacing(" ", with: "+")) else {
            throw PlatformError(.invalidOperation, "\(name) is a moment such as 2026-11-23T09:00:00Z.", fields: [name])
        }
        return moment
    }
}
