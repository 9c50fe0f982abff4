import Formats
import HTTPTypes
import Privacy

extension APIOperation {
    private typealias S = APISchemas
    private typealias D = Describing

    /// Our own resources, for what persons ask by right.
    static let own: [APIOperation] = [
        own(
            .get, "requests", "Requests that are not closed",
            tells: D.told("Requests.", S.object(["requests": S.list(S.named("Request"))]))),
        own(
            .post, "requests", "Opens a request",
            takes: S.object(
                ["kind": S.oneOf(RequestKind.allCases.map(\.rawValue)), "person": S.id],
                optional: ["regulation": S.someText, "reason": S.text, "language": S.oneOf(["en", "ja"])]),
            status: 201, tells: request),
        own(.get, "requests/{id}", "A request with its steps", tells: request),
        own(
            .get, "requests/{id}/preview", "What carrying it out will touch",
            tells: D.told(
                "Records, what binds them, and places.",
                S.object([
                    "nodes": S.list(S.anyObject), "edges": S.list(S.anyObject), "places": S.list(S.named("Place")),
                ]))),
        own(
            .get, "requests/{id}/certificate", "The signed certificate of an erasure",
            tells: D.told("As it was signed.", S.anyObject)),
        own(.get, "requests/{id}/package", "The package of a person's data", tells: zip),
        own(
            .post, "requests/{id}/verification", "The person is who they say", takes: S.object(["method": S.someText]),
            tells: request),
        own(.post, "requests/{id}/approval", "Approves it", tells: request),
        own(.post, "requests/{id}/refusal", "Refuses it", takes: S.object(["ground": S.someText]), tells: request),
        own(
            .post, "requests/{id}/execution", "Carries it out", takes: S.object([:], optional: ["note": S.text]),
            tells: request),
        own(
            .post, "requests/{id}/announcement", "The person was told that a restriction ends",
            takes: S.object(["how": S.someText]), tells: request),
        own(.post, "requests/{id}/lifting", "Ends a restriction", tells: request),
        own(.post, "requests/{id}/closure", "Closes it", tells: request),
        own(
            .get, "changes", "What was written, for whoever keeps a copy; with Accept: text/event-stream as a stream",
            tells: D.told(
                "Changes, and where to go on.", S.object(["changes": S.list(S.anyObject), "nextReplayId": S.text])),
            parameters: [
                D.maybe("replayId", S.text, "Behind which; -1: from now on, -2: from the beginning."),
                D.maybe("objects", S.text, "Names of objects, with commas."),
                D.maybe("limit", S.count, "At most; 200 without it."),
                D.maybe("wait", S.count, "For how many seconds to wait for the first; 0 without it."),
            ]),
        own(
            .get, "persons/{id}/places", "Where a person's data lies",
            tells: D.told(
                "Records and places in texts.",
                S.object(["subject": S.text, "records": S.list(S.anyObject), "places": S.list(S.named("Place"))]))),
        own(
            .get, "persons/{id}/package", "The package of a person's data", tells: zip,
            parameters: [D.maybe("language", S.oneOf(["en", "ja"]), "Of its cover.")]),
        own(
            .get, "records/{id}/access", "Who may see a record, and why; for those who may share it",
            tells: D.told("Users with their reasons.", S.object(["totalSize": S.count, "users": S.list(S.anyObject)]))),
        own(
            .get, "users/{id}/sight", "How many records a user sees, by object; for administrators",
            tells: D.told("Objects with their counts.", S.object(["objects": S.list(S.anyObject)]))),
    ]

    /// Tokens, who one is, contracts of SOAP, and whether the server is well.
    static let around: [APIOperation] = [
        oauth(
            .post, "token", "Gives a token",
            body: D.sent(
                S.object(
                    ["grant_type": S.someText],
                    optional: [
                        "client_id": S.text, "client_secret": S.text, "username": S.text, "password": S.text,
                        "format": S.text, "assertion": S.text, "code": S.text, "redirect_uri": S.text,
                        "code_verifier": S.text, "refresh_token": S.text, "scope": S.text, "device_code": S.text,
                    ]), as: "application/x-www-form-urlencoded"),
            tells: D.told(
                "The token.",
                S.object(
                    ["access_token": S.text, "instance_url": S.text, "id": S.text],
                    optional: ["refresh_token": S.text, "id_token": S.text])),
            isOpen: true
        ),
        oauth(
            .post, "device_authorization", "Has a device wait for its user",
            body: D.sent(
                S.object(["client_id": S.text], optional: ["client_secret": S.text, "scope": S.text]),
                as: "application/x-www-form-urlencoded"),
            tells: D.told(
                "What to show the user.",
                S.object(["device_code": S.text, "user_code": S.text, "verification_uri": S.text, "interval": S.count])),
            isOpen: true),
        leading(.get), leading(.post),
        APIOperation(
            method: .get, path: ".well-known/openid-configuration", summary: "How to sign users in",
            answers: [(200, D.told("As OpenID Connect Discovery 1.0 has it.", S.anyObject))], isOpen: true),
        APIOperation(
            method: .get, path: ".well-known/oauth-authorization-server", summary: "The same for RFC 8414",
            answers: [(200, D.told("As RFC 8414 has it.", S.anyObject))], isOpen: true),
        APIOperation(
            method: .get, path: "id/keys", summary: "The key that checks ID tokens",
            answers: [(200, D.told("As RFC 7517 has it.", S.object(["keys": S.list(S.anyObject)])))], isOpen: true),
        oauth(
            .post, "introspect", "Whether a token of the application is good",
            body: D.sent(
                S.object(
                    ["token": S.someText],
                    optional: ["client_id": S.text, "client_secret": S.text, "token_type_hint": S.text]),
                as: "application/x-www-form-urlencoded"),
            tells: D.told(
                "Whether it is, and what it is.",
                S.object(
                    ["active": S.truth],
                    optional: ["scope": S.text, "client_id": S.text, "username": S.text, "exp": S.count])), isOpen: true
        ),
        oauth(
            .get, "revoke", "Ends a token", [D.needed("token", S.someText, "The token.")],
            tells: D.nothing("It has ended."),
            isOpen: true),
        oauth(
            .post, "revoke", "Ends a token",
            body: D.sent(S.object(["token": S.someText]), as: "application/x-www-form-urlencoded"),
            tells: D.nothing("It has ended."), isOpen: true),
        oauth(.get, "userinfo", "Whose the token is", tells: D.told("The user.", user)),
        oauth(.post, "userinfo", "Whose the token is", tells: D.told("The user.", user)),
        other(.get, "id/{organisation}/{user}", "Whose the token is", tells: D.told("The user.", user)),
        other(.post, "id/{organisation}/{user}", "Whose the token is", tells: D.told("The user.", user)),
        other(.get, "services/wsdl/partner", "The contract of SOAP for any organisation", tells: wsdl),
        other(.get, "services/wsdl/enterprise", "The contract of SOAP for this organisation", tells: wsdl),
        soap("u/{version}"), soap("u/{version}/{organisation}"), soap("c/{version}"),
        soap("c/{version}/{organisation}"),
        APIOperation(
            method: .get, path: "services/openapi.json", summary: "This document",
            answers: [(200, D.told("In OpenAPI 3.1.", S.anyObject))], isOpen: true),
        APIOperation(
            method: .get, path: "healthz", summary: "Whether the process answers",
            answers: [(200, D.told("ok", S.text, as: "text/plain"))], errors: .other, isOpen: true),
        APIOperation(
            method: .get, path: "readyz", summary: "Whether the organisation's records can be read",
            answers: [(200, D.told("ready", S.text, as: "text/plain"))], errors: .other, isOpen: true),
    ]

    private static let request = D.told("The request.", S.named("Request"))
    private static let zip = D.told("A ZIP archive.", ["type": "string", "format": "binary"], as: "application/zip")
    private static let wsdl = D.told("WSDL 1.1.", S.text, as: "text/xml")
    private static let user = S.object(
        ["user_id": S.id, "organization_id": S.id], optional: ["email": S.text])

    private static func own(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String, takes schema: JSONValue? = nil,
        status: Int = 200,
        tells answer: JSONValue, parameters: [JSONValue] = []
    ) -> APIOperation {
        APIOperation(
            method: method, path: "services/azukari/v1/\(path)", summary: summary, parameters: parameters,
            body: schema.map { D.sent($0) }, answers: [(status, answer)])
    }

    private static func oauth(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String, _ parameters: [JSONValue] = [],
        body: JSONValue? = nil, tells answer: JSONValue, isOpen: Bool = false
    ) -> APIOperation {
        APIOperation(
            method: method, path: "services/oauth2/\(path)", summary: summary, parameters: parameters, body: body,
            answers: [(200, answer)], errors: isOpen ? .oauth : .other, isOpen: isOpen)
    }

    /// The way to the page where a user allows an application.
    private static func leading(_ method: HTTPRequest.Method) -> APIOperation {
        APIOperation(
            method: method, path: "services/oauth2/authorize", summary: "Leads to where a user allows an application",
            parameters: method == .get ? [D.needed("client_id", S.someText, "The application's.")] : [],
            body: method == .post
                ? D.sent(S.object(["client_id": S.someText]), as: "application/x-www-form-urlencoded") : nil,
            answers: [(303, D.nothing("To the page."))], errors: .oauth, isOpen: true)
    }

    private static func other(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String, tells answer: JSONValue
    ) -> APIOperation {
        APIOperation(method: method, path: path, summary: summary, answers: [(200, answer)], errors: .other)
    }

    private static func soap(_ path: String) -> APIOperation {
        APIOperation(
            method: .post, path: "services/Soap/\(path)", summary: "A call of SOAP; its session is in its header",
            parameters: [D.header("SOAPAction", S.text, "Any; the body tells the call.")],
            body: D.sent(S.text, as: "text/xml"), answers: [(200, D.told("An envelope.", S.text, as: "text/xml"))],
            errors: .other, isOpen: true)
    }
}
