import Formats
import HTTPTypes

/// A method of a resource, as the document tells it: what it takes and what it answers.
struct APIOperation: Sendable {
    let method: HTTPRequest.Method
    /// As the router has it, with the names of its parts in braces: `services/data/{version}/query`.
    let path: String
    let summary: String
    /// Parameters of the query and headers; those of the path are told by ``PathParameters``.
    var parameters: [JSONValue] = []
    /// A Request Body Object.
    var body: JSONValue?
    /// Response Objects by their status.
    var answers: [(status: Int, answer: JSONValue)] = []
    /// How refusals look.
    var errors = Errors.rest
    /// Whether it can be asked without a token.
    var isOpen = false

    enum Errors: String {
        /// An array of messages with codes.
        case rest = "Errors"
        case oauth = "OAuthError"
        /// A fault, in whatever form the interface has.
        case other = "OtherError"
    }

    /// Below `services/data/{version}/`.
    static func rest(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String, _ parameters: [JSONValue] = [],
        body: JSONValue? = nil, status: Int = 200, tells answer: JSONValue, or others: [(Int, JSONValue)] = []
    ) -> APIOperation {
        APIOperation(
            method: method, path: "services/data/{version}/\(path)", summary: summary, parameters: parameters,
            body: body, answers: [(status, answer)] + others.map { (status: $0.0, answer: $0.1) })
    }

    /// An Operation Object.
    var document: JSONValue {
        let answers = answers.map { JSONMember(String($0.status), $0.answer) }
        let refused = JSONMember("default", ["$ref": .string("#/components/responses/\(errors.rawValue)")])
        let named = PathParameters.names(in: path)
        var members: [JSONMember] = [
            JSONMember("summary", .string(summary)), JSONMember("operationId", .string(id)),
            JSONMember("tags", [.string(tag)]),
        ]
        let all = named.map { PathParameters.parameter($0, in: path, method) } + parameters
        if !all.isEmpty { members.append(JSONMember("parameters", .array(all))) }
        if let body { members.append(JSONMember("requestBody", body)) }
        members.append(JSONMember("responses", .object(answers + [refused])))
        if isOpen { members.append(JSONMember("security", [])) }
        return .object(members)
    }

    /// `get_services_data_version_query`
    private var id: String {
        "\(method.rawValue.lowercased())_"
            + path.split(whereSeparator: { "/{}.-".contains($0) }).joined(separator: "_")
    }

    private var tag: String {
        let parts = path.split(separator: "/")
        if path.hasPrefix("services/azukari") { return "Rights of persons" }
        guard path.hasPrefix("services/data"), parts.count > 3 else {
            return parts.count > 1 ? String(parts[1]) : "health"
        }
        return parts[3].lowercased().contains("query") ? "query" : String(parts[3])
    }
}

/// The parts of paths that stand for something.
enum PathParameters {
    static func names(in path: String) -> [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    /// A Parameter Object.
    static func parameter(_ name: String, in path: String, _ method: HTTPRequest.Method) -> JSONValue {
        let (schema, description) = meaning(of: name, in: path, method)
        return Describing.parameter(
            name, in: "path", isNeeded: true, schema, description, name == "object" ? "Contact" : nil)
    }

    private static func meaning(
        of name: String, in path: String, _ method: HTTPRequest.Method
    ) -> (JSONValue, String) {
        switch name {
        case "version" where path.hasPrefix("services/data"):
            (
                ["type": "string", "enum": .array(RESTCall.versions.map { .string("v\($0).0") })],
                "The version of the interface; all are answered alike."
            )
        case "version": (["type": "string", "enum": .array(RESTCall.versions.map { .string("\($0).0") })], "59.0")
        case "object": (APISchemas.name, "The name of an object, such as Contact.")
        case "organisation": (APISchemas.id, "The id of the organisation.")
        case "id" where method == .post && path.hasSuffix("sobjects/{object}/{id}"): (APISchemas.oneOf(["Id"]), "Id")
        case "part" where method == .put: (APISchemas.oneOf(["batches"]), "The rows are sent.")
        case "part":
            (
                APISchemas.oneOf(["successfulResults", "failedResults", "unprocessedRecords"]),
                "What became of the rows."
            )
        case "id" where path.hasSuffix("{value}"):
            (APISchemas.name, "A field that is an external id; or an id, for what its record is related to.")
        case "id" where path.hasPrefix("services/data/{version}/composite"):
            (APISchemas.name, "A field that is an external id.")
        case "value": (["type": "string", "minLength": 1], "The value of the external id, or a relationship's name.")
        case "locator": (["type": "string", "minLength": 1], "From nextRecordsUrl of the page before.")
        default: (APISchemas.id, "An id, with 15 or 18 characters.")
        }
    }
}
