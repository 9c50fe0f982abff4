import Engine
import Formats
import HTTP
import Hummingbird
import Identity
import Records

/// Merges, conversions of leads, and what is asked of the session itself.
enum SOAPSpecials {
    static let operations: [String: SOAPHandler] = [
        "merge": merge, "convertLead": convert, "logout": logout, "invalidateSessions": invalidate,
        "getServerTimestamp": timestamp, "getUserInfo": userInfo,
    ]

    private static let mergesMax = 200
    private static let conversionsMax = 100

    @Sendable private static func merge(_ call: SOAPCall) async throws -> Response {
        let schema = try await call.session.schema()
        var results: [Result<Merged, PlatformError>] = []
        for request in try call.arguments("request", atMost: mergesMax) {
            do {
                guard let row = request["masterRecord"] else {
                    throw PlatformError(.missingArgument, "A merge needs a masterRecord.")
                }
                let (object, body) = try SOAPRow.read(row, call.kind, schema)
                let losers = try request.children.filter { $0.name == "recordToMergeIds" }.map { element in
                    guard let id = RecordID(element.text) else {
                        throw PlatformError(.malformedID, "invalid ID field: \(element.text.prefix(40))")
                    }
                    return id
                }
                let batch = Batch(object.name, fields: body.fields, rows: [body.values])
                results.append(.success(try await call.writer.merge(batch, with: losers)))
            } catch let error as PlatformError where error.detail == nil {
                results.append(.failure(error))
            }
        }
        return call.answer { writer in
            for result in results {
                writer.element("result") { writer in
                    switch result {
                    case .success(let merged):
                        writer.element("id", merged.id)
                        for id in merged.mergedRecordIDs { writer.element("mergedRecordIds", id) }
                        writer.element("success", true)
                        for id in merged.updatedRelatedIDs { writer.element("updatedRelatedIds", id) }
                    case .failure(let error):
                        writer.errors([error])
                        writer.null("id")
                        writer.element("success", false)
                    }
                }
            }
        }
    }

    @Sendable private static func convert(_ call: SOAPCall) async throws -> Response {
        var results: [(lead: String, Result<ConvertedLead, PlatformError>)] = []
        for wish in try call.arguments("leadConverts", atMost: conversionsMax) {
            let lead = wish["leadId"]?.text ?? ""
            do {
                results.append((lead, .success(try await call.session.convert(conversion(wish)))))
            } catch let error as PlatformError where error.detail == nil {
                results.append((lead, .failure(error)))
            }
        }
        return call.answer { writer in
            for (lead, result) in results {
                writer.element("result") { writer in
                    switch result {
                    case .success(let converted):
                        writer.element("accountId", converted.account)
                        writer.element("contactId", converted.contact)
                        writer.element("leadId", converted.lead)
                        writer.element("opportunityId", orNull: converted.opportunity)
                        writer.null("relatedPersonAccountId")
                        writer.element("success", true)
                    case .failure(let error):
                        writer.null("accountId")
                        writer.null("contactId")
                        writer.errors([error])
                        writer.element("leadId", orNull: RecordID(lead))
                        writer.null("opportunityId")
                        writer.null("relatedPersonAccountId")
                        writer.element("success", false)
                    }
                }
            }
        }
    }

    private static func conversion(_ wish: XMLTree) throws -> LeadConversion {
        func id(_ name: String) throws -> RecordID? {
            guard let element = wish[name], !element.isNil, !element.text.isEmpty else { return nil }
            guard let id = RecordID(element.text) else {
                throw PlatformError(.malformedID, "\(name): invalid ID field: \(element.text.prefix(40))")
            }
            return id
        }
        guard let lead = try id("leadId") else { throw PlatformError(.missingArgument, "leadConverts needs a leadId.") }
        var conversion = LeadConversion(lead: lead, convertedStatus: wish["convertedStatus"]?.text ?? "")
        conversion.account = try id("accountId")
        conversion.contact = try id("contactId")
        conversion.owner = try id("ownerId")
        conversion.createsOpportunity = wish["doNotCreateOpportunity"]?.text != "true"
        conversion.overwritesLeadSource = wish["overwriteLeadSource"]?.text == "true"
        if let name = wish["opportunityName"], !name.isNil, !name.text.isEmpty {
            conversion.opportunityName = name.text
        }
        return conversion
    }

    @Sendable private static func logout(_ call: SOAPCall) async throws -> Response {
        try await call.shared.identity.revoke(token: call.token)
        return call.answer { _ in }
    }

    /// Each of the caller's own sessions.
    @Sendable private static func invalidate(_ call: SOAPCall) async throws -> Response {
        var results: [Bool] = []
        for token in try call.arguments("sessionIds", atMost: Limits.collectionRowsMax) {
            let session = try await call.shared.identity.session(token: token.text)
            let isOwn = session?.user == call.session.user
            if isOwn { try await call.shared.identity.revoke(token: token.text) }
            results.append(isOwn)
        }
        return call.answer { writer in
            for isDone in results {
                writer.element("result") { writer in
                    if !isDone { writer.errors([PlatformError(.invalidSessionID, "Invalid session id")]) }
                    writer.element("success", isDone)
                }
            }
        }
    }

    @Sendable private static func timestamp(_ call: SOAPCall) -> Response {
        call.answer { writer in
            writer.element("result") { $0.element("timestamp", "\(call.shared.environment.now())") }
        }
    }

    @Sendable private static func userInfo(_ call: SOAPCall) async throws -> Response {
        guard let user = try await call.shared.identity.user(call.session.user) else {
            throw PlatformError(.invalidSessionID, "Invalid Session ID found in SessionHeader")
        }
        return call.answer { writer in
            writer.element("result") { $0.userInfo(user, seconds: Identity.sessionSecondsIdleMax, call.shared) }
        }
    }
}
