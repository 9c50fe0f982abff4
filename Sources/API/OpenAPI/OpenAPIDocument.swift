import Formats
import HTTP
import Hummingbird

/// `/services/openapi.json`: every resource of every interface, for tools that make clients and tests. It holds nothing of
/// the organisation and needs no token.
struct OpenAPIDocument {
    /// All that the routes answer; a test holds both against each other.
    static let operations =
        APIOperation.around + APIOperation.records + APIOperation.composite + APIOperation.bulk + APIOperation.tooling
        + APIOperation.own

    func add(to router: some RouterMethods<EdgeContext>) {
        router.resource("services/openapi.json", get: { _, _ in .json(Self.bytes) })
    }

    private static let bytes: [UInt8] = {
        var json = JSONWriter()
        json.tree(document)
        return json.bytes
    }()

    /// An OpenAPI Object (OpenAPI Specification 3.1.0).
    static let document: JSONValue = [
        "openapi": "3.1.0",
        "info": [
            "title": "Azukari",
            "version": .string("\(RESTCall.versions.upperBound).0"),
            "description": "Customers, cases and consents, and what people may ask about their data.",
        ],
        "servers": [["url": "/"]],
        "security": [["token": []]],
        "paths": .object(paths),
        "components": [
            "securitySchemes": [
                "token": [
                    "type": "http", "scheme": "bearer", "description": "From /services/oauth2/token.",
                ]
            ],
            "responses": [
                "Errors": Describing.told("What was refused, and why.", APISchemas.named("Errors")),
                "OAuthError": Describing.told("What was refused, and why.", APISchemas.named("OAuthError")),
                "OtherError": ["description": "What was refused, and why; in the interface's own form."],
            ],
            "schemas": APISchemas.all,
        ],
    ]

    private static var paths: [JSONMember] {
        var order: [String] = []
        var byPath: [String: [JSONMember]] = [:]
        for operation in operations {
            if byPath[operation.path] == nil { order.append(operation.path) }
            byPath[operation.path, default: []].append(
                JSONMember(operation.method.rawValue.lowercased(), operation.document))
        }
        return order.map { JSONMember("/\($0)", .object(byPath[$0] ?? [])) }
    }
}
