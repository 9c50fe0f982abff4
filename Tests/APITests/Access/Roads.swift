import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

/// What a program asks for on each road of the API, to learn of records that it may not see. A road is an operation of the
/// document that is made of the router; one without a row here fails the test.
struct Roads: Sendable {
    let server: TestServer
    /// Of the agent who may not see them.
    let token: String
    /// Of the hidden records, or of absent ones in an organisation that never had them.
    let contact: String
    let account: String
    let caseID: String
    let comment: String
    /// That may be seen.
    let openContact: String
    let openCase: String

    typealias Ask = @Sendable (Roads) async throws -> [Answer]

    /// Nothing of records is told there; with the reason.
    static func nothing(_ reason: String) -> Ask { { _ in [] } }

    private static let records = "SELECT Id, LastName, Department, Email FROM Contact"

    static let all: [String: Ask] = rows.merging(bulk) { first, _ in first }.merging(own) { first, _ in first }
        .merging(around) { first, _ in first }

    private static let rows: [String: Ask] = [
        "GET /services/data": nothing("versions"),
        "GET /services/data/{version}": nothing("names of resources"),
        "GET limits": nothing("calls of a day"),
        "GET limits/recordCount": {
            try await [$0.get("limits/recordCount?sObjects=Contact,Case,Account,CaseComment")]
        },
        "GET sobjects": { try await [$0.get("sobjects")] },
        "GET sobjects/{object}": { try await [$0.get("sobjects/Contact"), $0.get("sobjects/Case")] },
        "POST sobjects/{object}": { roads in
            try await [
                roads.send(.post, "sobjects/CaseComment", #"{"ParentId":"\#(roads.caseID)","CommentBody":"x"}"#),
                roads.send(.post, "sobjects/Case", #"{"Subject":"x","ContactId":"\#(roads.contact)"}"#),
                roads.send(.post, "sobjects/Task", #"{"Subject":"x","WhoId":"\#(roads.contact)"}"#),
                roads.send(
                    .post, "sobjects/CaseShare",
                    #"{"CaseId":"\#(roads.caseID)","UserOrGroupId":"\#(roads.contact)","CaseAccessLevel":"Read"}"#),
            ]
        },
        "GET sobjects/{object}/describe": { try await [$0.get("sobjects/Contact/describe")] },
        "GET sobjects/{object}/describe/layouts": { try await [$0.get("sobjects/Contact/describe/layouts")] },
        "GET sobjects/{object}/describe/layouts/{type}": nothing("a part of the layouts"),
        "GET sobjects/{object}/describe/compactLayouts": {
            try await [$0.get("sobjects/Contact/describe/compactLayouts")]
        },
        "GET sobjects/{object}/describe/approvalLayouts": nothing("there are none"),
        "GET compactLayouts": { try await [$0.get("compactLayouts?q=Contact,Case")] },
        "GET consent/action/{action}": { roads in
            try await [
                roads.get("consent/action/email?ids=\(roads.contact)"),
                roads.get("consent/action/email?ids=zq7731@hidden.example"),
            ]
        },
        "PATCH consent/action/{action}": { roads in
            try await [roads.send(.patch, "consent/action/email?ids=\(roads.contact)&status=optout", "{}")]
        },
        "GET consent/multiaction": { roads in
            try await [roads.get("consent/multiaction?actions=email,process&ids=\(roads.contact)")]
        },
        "GET recent": { try await [$0.get("recent")] },
        "GET sobjects/{object}/updated": { try await [$0.get("sobjects/Contact/updated?\($0.window)")] },
        "GET sobjects/{object}/deleted": { try await [$0.get("sobjects/Contact/deleted?\($0.window)")] },
        "GET sobjects/{object}/{id}": { roads in
            try await [
                roads.get("sobjects/Contact/\(roads.contact)"), roads.get("sobjects/Case/\(roads.caseID)"),
                roads.get("sobjects/CaseComment/\(roads.comment)"), roads.get("sobjects/Account/\(roads.account)"),
                roads.get("sobjects/Contact/\(roads.contact)?fields=LastName,Department"),
                roads.get("sobjects/Contact/\(roads.openContact)?fields=LastName,Account.Name"),
            ]
        },
        "POST sobjects/{object}/{id}": { roads in
            try await [roads.send(.post, "sobjects/Contact/Id", #"{"LastName":""}"#)]
        },
        "PATCH sobjects/{object}/{id}": { roads in
            try await [
                roads.send(.patch, "sobjects/Contact/\(roads.contact)", #"{"Title":"x"}"#),
                roads.send(.patch, "sobjects/Case/\(roads.caseID)", #"{"Reason":"x"}"#),
                roads.send(.patch, "sobjects/Case/\(roads.openCase)", #"{"ContactId":"\#(roads.contact)"}"#),
            ]
        },
        "DELETE sobjects/{object}/{id}": { roads in
            try await [roads.send(.delete, "sobjects/Contact/\(roads.contact)", nil)]
        },
        "GET sobjects/{object}/{id}/{value}": { roads in
            try await [
                roads.get("sobjects/Contact/\(roads.contact)/Account"),
                roads.get("sobjects/Case/\(roads.caseID)/Contact"),
                roads.get("sobjects/Account/\(roads.account)/Contacts"),
                roads.get("sobjects/Contact/Email/zq7731@hidden.example"),
                roads.get("sobjects/Contact/\(roads.openContact)/Account"),
            ]
        },
        "POST sobjects/{object}/{id}/{value}": nothing("as PATCH there"),
        "PATCH sobjects/{object}/{id}/{value}": { roads in
            try await [roads.send(.patch, "sobjects/Contact/Id/\(roads.contact)", #"{"Title":"x"}"#)]
        },
        "DELETE sobjects/{object}/{id}/{value}": { roads in
            try await [roads.send(.delete, "sobjects/Contact/Email/zq7731@hidden.example", nil)]
        },
        "GET query": { roads in
            try await roads.queries(
                at: "query",
                [
                    records, "SELECT COUNT() FROM Contact", "SELECT COUNT(Id) n, MAX(LastName) m FROM Contact",
                    "SELECT LastName, COUNT(Id) n FROM Contact GROUP BY LastName",
                    "\(records) ORDER BY Department NULLS LAST",
                    "\(records) WHERE Department LIKE 'Zq%'", "\(records) WHERE Id = '\(roads.contact)'",
                    "SELECT Id, Subject, Contact.LastName, Contact.Department, Account.Name FROM Case",
                    "SELECT Id FROM Case WHERE Contact.LastName LIKE 'Zq%'",
                    "SELECT Id FROM Case WHERE ContactId IN (SELECT Id FROM Contact WHERE LastName LIKE 'Zq%')",
                    "SELECT Id FROM Case WHERE ContactId NOT IN (SELECT Id FROM Contact)",
                    "SELECT Id, (SELECT Id, Subject FROM Cases) FROM Contact", "SELECT CommentBody FROM CaseComment",
                    "SELECT Id, (SELECT LastName FROM Contacts) FROM Account",
                    "SELECT Subject FROM Case ORDER BY Contact.LastName",
                    "SELECT FIELDS(ALL) FROM Contact LIMIT 200", "SELECT Name FROM Account",
                    "SELECT Who.Name, Subject FROM Task", "SELECT TYPEOF Who WHEN Contact THEN LastName END FROM Task",
                ])
        },
        "GET queryAll": { try await $0.queries(at: "queryAll", [records, "SELECT Subject FROM Case"]) },
        "GET query/{locator}": { try await $0.queries(at: "query", ["\(records) LIMIT 2"], more: true) },
        "GET queryAll/{locator}": { try await $0.queries(at: "queryAll", ["\(records) LIMIT 2"], more: true) },
        "GET search": { roads in
            try await [
                roads.get(
                    "search?q=\(escaped("FIND {Zq7731} IN ALL FIELDS RETURNING Contact(LastName), Case, Account"))"),
                roads.get("search?q=\(escaped("FIND {zq7731@hidden.example}"))"),
                roads.get("search?q=\(escaped("FIND {Zq77*} IN NAME FIELDS RETURNING Contact(LastName LIMIT 1)"))"),
            ]
        },
        "GET parameterizedSearch": { try await [$0.get("parameterizedSearch?q=Zq7731&sobject=Contact&sobject=Case")] },
        "POST parameterizedSearch": { roads in
            try await [
                roads.send(
                    .post, "parameterizedSearch", #"{"q":"Zq7731","sobjects":[{"name":"Contact"},{"name":"Case"}]}"#)
            ]
        },
        "GET composite": nothing("names of resources"),
        "POST composite": { roads in
            try await [
                roads.send(
                    .post, "composite",
                    """
                    {"compositeRequest":[{"method":"GET","referenceId":"a","url":"/services/data/v59.0/sobjects/Contact/\(roads.contact)"},
                    {"method":"GET","referenceId":"b","url":"/services/data/v59.0/query?q=SELECT+LastName+FROM+Contact"}]}
                    """)
            ]
        },
        "POST composite/graph": { roads in
            try await [
                roads.send(
                    .post, "composite/graph",
                    """
                    {"graphs":[{"graphId":"1","compositeRequest":[{"method":"PATCH","referenceId":"a",
                    "url":"/services/data/v59.0/sobjects/Contact/\(roads.contact)","body":{"Title":"x"}}]}]}
                    """)
            ]
        },
        "POST composite/batch": { roads in
            try await [
                roads.send(
                    .post, "composite/batch",
                    #"{"batchRequests":[{"method":"GET","url":"v59.0/sobjects/Case/\#(roads.caseID)"}]}"#)
            ]
        },
        "POST composite/tree/{object}": { roads in
            try await [
                roads.send(
                    .post, "composite/tree/Case",
                    """
                    {"records":[{"attributes":{"type":"Case","referenceId":"r"},"Subject":"x","ContactId":"\(roads.contact)"}]}
                    """)
            ]
        },
        "POST composite/sobjects": { roads in
            try await [
                roads.send(
                    .post, "composite/sobjects",
                    """
                    {"records":[{"attributes":{"type":"CaseComment"},"ParentId":"\(roads.caseID)","CommentBody":"x"}]}
                    """)
            ]
        },
        "PATCH composite/sobjects": { roads in
            try await [
                roads.send(
                    .patch, "composite/sobjects",
                    #"{"records":[{"attributes":{"type":"Contact"},"id":"\#(roads.contact)","Title":"x"}]}"#)
            ]
        },
        "DELETE composite/sobjects": { roads in
            try await [roads.send(.delete, "composite/sobjects?ids=\(roads.contact),\(roads.caseID)", nil)]
        },
        "GET composite/sobjects/{object}": { roads in
            try await [roads.get("composite/sobjects/Contact?ids=\(roads.contact)&fields=LastName")]
        },
        "POST composite/sobjects/{object}": { roads in
            try await [
                roads.send(
                    .post, "composite/sobjects/Contact", #"{"ids":["\#(roads.contact)"],"fields":["LastName"]}"#)
            ]
        },
        "PATCH composite/sobjects/{object}/{id}": { roads in
            try await [
                roads.send(
                    .patch, "composite/sobjects/Contact/Id",
                    #"{"records":[{"attributes":{"type":"Contact"},"Id":"\#(roads.contact)","Title":"x"}]}"#)
            ]
        },
        "GET tooling/query": {
            try await [$0.get("tooling/query?q=\(escaped("SELECT QualifiedApiName FROM EntityDefinition"))")]
        },
        "GET tooling/sobjects": nothing("names of metadata objects"),
        "GET tooling/sobjects/{object}/describe": nothing("fields of metadata objects"),
        "GET tooling/executeAnonymous": nothing("no code is run"),
    ]

    private static let bulk: [String: Ask] = [
        "GET jobs/ingest": nothing("one's own jobs"),
        "POST jobs/ingest": { roads in
            try await roads.ingest("update", "Contact", "Id,Title\n\(roads.contact),x\n")
                + roads.ingest("insert", "CaseComment", "ParentId,CommentBody\n\(roads.caseID),x\n")
                + roads.ingest("delete", "Case", "Id\n\(roads.caseID)\n")
        },
        "GET jobs/ingest/{id}": nothing("asked for by the job above"),
        "PATCH jobs/ingest/{id}": nothing("asked for by the job above"),
        "DELETE jobs/ingest/{id}": nothing("one's own job"),
        "GET jobs/ingest/{id}/{part}": nothing("asked for by the job above"),
        "PUT jobs/ingest/{id}/{part}": nothing("asked for by the job above"),
        "GET jobs/query": nothing("one's own jobs"),
        "POST jobs/query": { roads in
            try await roads.export("query", records)
                + roads.export("queryAll", "SELECT Subject, Contact.LastName FROM Case")
        },
        "GET jobs/query/{id}": nothing("asked for by the job above"),
        "PATCH jobs/query/{id}": nothing("one's own job"),
        "DELETE jobs/query/{id}": nothing("one's own job"),
        "GET jobs/query/{id}/results": nothing("asked for by the job above"),
        "GET jobs/query/{id}/resultPages": nothing("places in the results above"),
        "POST async/job": { try await $0.asyncQuery(records) },
        "GET async/job/{id}": nothing("asked for by the job above"),
        "POST async/job/{id}": nothing("asked for by the job above"),
        "GET async/job/{id}/batch": nothing("asked for by the job above"),
        "POST async/job/{id}/batch": nothing("asked for by the job above"),
        "GET async/job/{id}/batch/{batch}": nothing("asked for by the job above"),
        "GET async/job/{id}/batch/{batch}/request": nothing("what one sent"),
        "GET async/job/{id}/batch/{batch}/result": nothing("asked for by the job above"),
        "GET async/job/{id}/batch/{batch}/result/{result}": nothing("asked for by the job above"),
        "POST Soap": { roads in
            let query = "SELECT Id, LastName, Department FROM Contact"
            return try await [
                roads.soap("<query><queryString>\(query)</queryString></query>"),
                roads.soap("<queryAll><queryString>\(query)</queryString></queryAll>"),
                roads.soap("<search><searchString>FIND {Zq7731} RETURNING Contact(LastName)</searchString></search>"),
                roads.soap(
                    """
                    <retrieve><fieldList>LastName</fieldList><sObjectType>Contact</sObjectType>\
                    <ids>\(roads.contact)</ids></retrieve>
                    """),
                roads.soap("<delete><ids>\(roads.caseID)</ids></delete>"),
                roads.soap("<undelete><ids>\(roads.caseID)</ids></undelete>"),
                roads.soap("<emptyRecycleBin><ids>\(roads.caseID)</ids></emptyRecycleBin>"),
                roads.soap(
                    """
                    <update><sObjects><o:type>Contact</o:type><o:Id>\(roads.contact)</o:Id><o:Title>x</o:Title></sObjects></update>
                    """),
                roads.soap(
                    """
                    <merge><request><masterRecord><o:type>Contact</o:type><o:Id>\(roads.openContact)</o:Id></masterRecord>\
                    <recordToMergeIds>\(roads.contact)</recordToMergeIds></request></merge>
                    """),
                roads.soap("<describeSObject><sObjectType>Contact</sObjectType></describeSObject>"),
            ]
        },
    ]

    private static let own: [String: Ask] = {
        var asks: [String: Ask] = [
            "GET own/requests": { try await [$0.ours(.get, "requests")] },
            "POST own/requests": {
                try await [$0.ours(.post, "requests", #"{"kind":"Access","person":"\#($0.contact)"}"#)]
            },
            "GET own/changes": { try await [$0.ours(.get, "changes?replayId=-2&limit=2000")] },
            "GET own/persons/{id}/places": { try await [$0.ours(.get, "persons/\($0.contact)/places")] },
            "GET own/persons/{id}/package": { try await [$0.ours(.get, "persons/\($0.contact)/package")] },
            "GET own/records/{id}/access": { try await [$0.ours(.get, "records/\($0.contact)/access")] },
            "GET own/users/{id}/sight": { try await [$0.ours(.get, "users/\($0.contact)/sight")] },
        ]
        for part in ["", "/preview", "/certificate", "/package"] {
            asks["GET own/requests/{id}\(part)"] = { try await [$0.ours(.get, "requests/\($0.contact)\(part)")] }
        }
        let acts = ["verification", "approval", "refusal", "execution", "announcement", "lifting", "closure"]
        for act in acts { asks["POST own/requests/{id}/\(act)"] = nothing("for officers; see the requests themselves") }
        return asks
    }()

    private static let around: [String: Ask] = {
        var asks: [String: Ask] = [:]
        for road in [
            "POST oauth2/token", "POST oauth2/device_authorization", "GET oauth2/authorize", "POST oauth2/authorize",
            "POST oauth2/introspect", "GET oauth2/revoke", "POST oauth2/revoke", "GET oauth2/userinfo",
            "POST oauth2/userinfo", "GET /id/{organisation}/{user}", "POST /id/{organisation}/{user}",
            "GET /services/wsdl/partner", "GET /services/wsdl/enterprise", "GET /id/keys",
            "GET /.well-known/openid-configuration", "GET /.well-known/oauth-authorization-server",
            "GET /services/openapi.json", "GET /healthz", "GET /readyz",
        ] { asks[road] = nothing("sign-in, contracts and health") }
        return asks
    }()

    // MARK: Asking

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }

    private var window: String {
        "start=2026-11-20T00:00:00%2B00:00&end=2026-11-24T00:00:00%2B00:00"
    }

    private func get(_ path: String) async throws -> Answer { try await server.call(.get, path, token: token) }

    private func send(_ method: HTTPRequest.Method, _ path: String, _ body: String?) async throws -> Answer {
        try await server.call(method, path, body, token: token)
    }

    private func ours(_ method: HTTPRequest.Method, _ path: String, _ body: String? = nil) async throws -> Answer {
        Answer(
            try await server.client.execute(
                uri: "/services/azukari/v1/\(path)", method: method,
                headers: [.authorization: "Bearer \(token)", .contentType: "application/json"],
                body: body.map { ByteBuffer(string: $0) }))
    }

    private func queries(at resource: String, _ all: [String], more: Bool = false) async throws -> [Answer] {
        var answers: [Answer] = []
        for query in all {
            let headers: HTTPFields =
                more ? [try #require(HTTPField.Name("Sforce-Query-Options")): "batchSize=1"] : [:]
            let answer = try await server.call(
                .get, "\(resource)?q=\(Self.escaped(query))", headers: headers, token: token)
            answers.append(answer)
            if let next = answer.json["nextRecordsUrl"] as? String {
                answers.append(
                    Answer(
                        try await server.client.execute(
                            uri: next, method: .get, headers: [.authorization: "Bearer \(token)"])))
            }
        }
        return answers
    }

    private func soap(_ body: String) async throws -> Answer {
        let envelope = """
            <?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" \
            xmlns="urn:partner.soap.sforce.com" xmlns:o="urn:sobject.partner.soap.sforce.com"><e:Header>\
            <SessionHeader><sessionId>\(token)</sessionId></SessionHeader></e:Header><e:Body>\(body)</e:Body></e:Envelope>
            """
        return Answer(
            try await server.client.execute(
                uri: "/services/Soap/u/59.0", method: .post, headers: [.contentType: "text/xml"],
                body: ByteBuffer(string: envelope)))
    }

    private func ended(_ path: String) async throws -> Answer {
        for _ in 0..<2_000 {
            let answer = try await get(path)
            if ["JobComplete", "Failed", "Aborted"].contains(answer.json["state"] as? String) || answer.status != 200 {
                return answer
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("the job did not end")
        return try await get(path)
    }

    /// What came of the rows of a job.
    private func ingest(_ operation: String, _ object: String, _ csv: String) async throws -> [Answer] {
        let made = try await send(.post, "jobs/ingest", #"{"object":"\#(object)","operation":"\#(operation)"}"#)
        guard let id = made.json["id"] as? String else { return [made] }
        _ = try await server.call(
            .put, "jobs/ingest/\(id)/batches", csv, headers: [.contentType: "text/csv"], token: token)
        _ = try await send(.patch, "jobs/ingest/\(id)", #"{"state":"UploadComplete"}"#)
        let end = try await ended("jobs/ingest/\(id)")
        #expect(end.json["numberRecordsProcessed"] as? Int == 1, "\(end.body)")
        return try await [
            get("jobs/ingest/\(id)/failedResults"), get("jobs/ingest/\(id)/successfulResults"),
        ]
    }

    private func export(_ operation: String, _ query: String) async throws -> [Answer] {
        let made = try await send(.post, "jobs/query", #"{"operation":"\#(operation)","query":"\#(query)"}"#)
        guard let id = made.json["id"] as? String else { return [made] }
        let end = try await ended("jobs/query/\(id)")
        return [end, try await get("jobs/query/\(id)/results")]
    }

    private func asyncQuery(_ query: String) async throws -> [Answer] {
        let made = try await server.async(
            .post, "job", #"{"operation":"query","object":"Contact","contentType":"CSV"}"#, type: "application/json",
            token: token)
        guard let id = made.json["id"] as? String else { return [made] }
        let batch = try await server.async(.post, "job/\(id)/batch", query, type: "text/csv", token: token)
        let number = try #require(batch.body.firstMatch(of: /<id>([0-9A-Za-z]+)<\/id>/)?.1, "\(batch.body)")
        for _ in 0..<2_000 {
            let state = try await server.async(.get, "job/\(id)/batch/\(number)", token: token)
            if state.body.contains("<state>Completed") || state.body.contains("<state>Failed") { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        let list = try await server.async(.get, "job/\(id)/batch/\(number)/result", token: token)
        guard let result = list.body.firstMatch(of: /<result>([0-9A-Za-z]+)<\/result>/)?.1 else { return [list] }
        return [try await server.async(.get, "job/\(id)/batch/\(number)/result/\(result)", token: token)]
    }
}
