import Formats

/// What several operations take or answer, in the words of JSON Schema 2020-12.
enum APISchemas {
    static let id: JSONValue = ["type": "string", "pattern": "^[0-9A-Za-z]{15}([0-9A-Za-z]{3})?$"]
    static let name: JSONValue = ["type": "string", "pattern": "^[A-Za-z][0-9A-Za-z_]{0,79}$"]
    static let text: JSONValue = ["type": "string"]
    static let someText: JSONValue = ["type": "string", "minLength": 1]
    static let truth: JSONValue = ["type": "boolean"]
    static let maybeTrue: JSONValue = ["type": ["boolean", "null"]]
    static let maybeObject: JSONValue = ["type": ["object", "null"]]
    static let count: JSONValue = ["type": "integer", "minimum": 0]
    static let positive: JSONValue = ["type": "integer", "minimum": 1, "maximum": 1_000_000]
    static let moment: JSONValue = ["type": "string", "format": "date-time"]
    /// As the platform writes a moment in answers: without the colon that RFC 3339 has.
    static let stamp: JSONValue = [
        "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}[+]0000$",
    ]
    static let anyObject: JSONValue = ["type": "object"]

    static func list(_ items: JSONValue, atMost most: Int? = nil, atLeast least: Int = 0) -> JSONValue {
        var members = [JSONMember("type", "array"), JSONMember("items", items)]
        if least > 0 { members.append(JSONMember("minItems", .integer(Int64(least)))) }
        if let most { members.append(JSONMember("maxItems", .integer(Int64(most)))) }
        return .object(members)
    }

    /// An object with members that are there and others that may be.
    static func object(_ needed: JSONValue, optional: JSONValue = [:]) -> JSONValue {
        let names = (needed.members ?? []).map { JSONValue.string($0.name) }
        let properties = JSONValue.object((needed.members ?? []) + (optional.members ?? []))
        return names.isEmpty
            ? ["type": "object", "properties": properties]
            : ["type": "object", "required": .array(names), "properties": properties]
    }

    static func orNull(_ schema: JSONValue) -> JSONValue { ["anyOf": [schema, ["type": "null"]]] }

    static func oneOf(_ words: [String]) -> JSONValue {
        ["type": "string", "enum": .array(words.map { .string($0) })]
    }

    static func named(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

    /// `components/schemas`
    static let all: JSONValue = [
        "Errors": list(named("Error"), atLeast: 1),
        "Error": object(
            ["message": text, "errorCode": text],
            optional: ["fields": list(text), "duplicateResult": anyObject]),
        "OAuthError": object(["error": text, "error_description": text]),
        "Attributes": object(["type": name], optional: ["url": text]),
        "Record": record,
        "NewRecord": newRecord,
        "TypedRecord": object(["attributes": object(["type": name], optional: ["referenceId": text])]),
        "Saved": object(["id": id, "success": truth, "errors": list(anyObject)], optional: ["created": truth]),
        "Outcome": outcome,
        "QueryResult": object(
            ["totalSize": count, "done": truth, "records": list(named("Record"))], optional: ["nextRecordsUrl": text]),
        "QueryPlan": object(["plans": list(anyObject), "sourceQuery": text]),
        "SearchResult": [
            "anyOf": [object(["searchRecords": list(named("Record"))]), list(named("Record"))]
        ],
        "Subrequest": object(
            ["method": method, "url": someText, "referenceId": reference],
            optional: ["body": [:], "httpHeaders": maybeObject]),
        "Subanswer": object(
            ["body": [:], "httpHeaders": anyObject, "httpStatusCode": count, "referenceId": text]),
        "Job": job,
        "NewIngestJob": object(
            ["object": name, "operation": oneOf(["insert", "update", "upsert", "delete", "hardDelete"])],
            optional: [
                "externalIdFieldName": name, "columnDelimiter": delimiter, "lineEnding": oneOf(["LF", "CRLF"]),
                "contentType": oneOf(["CSV"]),
            ]),
        "NewQueryJob": object(
            ["operation": oneOf(["query", "queryAll"]), "query": someText],
            optional: [
                "columnDelimiter": delimiter, "lineEnding": oneOf(["LF", "CRLF"]), "contentType": oneOf(["CSV"]),
            ]),
        "Request": request,
        "Place": object(
            [
                "object": name, "record": text, "ext": text, "field": text, "start": ["type": "integer"],
                "end": ["type": "integer"], "text": text, "kind": text,
            ], optional: ["fate": text, "ground": text, "until": orNull(text)]),
    ]

    private static let record: JSONValue = object(["attributes": named("Attributes")])

    /// Fields by their names; a parent by an object with one external id.
    private static let newRecord: JSONValue = [
        "type": "object", "minProperties": 1,
        "additionalProperties": ["type": ["string", "number", "boolean", "null", "object"]],
    ]

    private static let outcome: JSONValue = object(
        ["success": truth, "errors": list(object(["statusCode": text, "message": text, "fields": list(text)]))],
        optional: ["id": id, "created": truth])

    private static let method = oneOf(["GET", "POST", "PUT", "PATCH", "DELETE"])
    private static let reference: JSONValue = ["type": "string", "pattern": "^[A-Za-z][0-9A-Za-z_]{0,254}$"]
    private static let delimiter = oneOf(CSVDelimiter.allCases.map(\.wireName))

    private static let job: JSONValue = object(
        [
            "id": id, "operation": text, "object": text, "createdById": id, "createdDate": stamp,
            "systemModstamp": stamp,
            "state": oneOf(["Open", "UploadComplete", "InProgress", "JobComplete", "Failed", "Aborted"]),
            "concurrencyMode": text, "contentType": text, "apiVersion": ["type": "number"], "lineEnding": text,
            "columnDelimiter": text, "jobType": text, "numberRecordsProcessed": count, "numberRecordsFailed": count,
            "retries": count, "totalProcessingTime": count,
        ],
        optional: ["externalIdFieldName": text, "contentUrl": text, "errorMessage": text])

    private static let request: JSONValue = object(
        [
            "id": id, "name": text, "kind": text, "status": text, "person": id, "regulation": text, "received": stamp,
            "due": ["type": "string", "format": "date"], "channel": text, "reason": orNull(text),
            "refusalGround": orNull(text), "approvedBy": orNull(id), "approved": orNull(stamp),
            "completed": orNull(stamp), "language": text, "acts": list(text),
        ],
        optional: ["steps": list(anyObject)])
}

/// Objects of OpenAPI around schemas.
enum Describing {
    static func needed(
        _ name: String, _ schema: JSONValue, _ description: String, example: JSONValue? = nil
    ) -> JSONValue {
        parameter(name, in: "query", isNeeded: true, schema, description, example)
    }

    static func maybe(
        _ name: String, _ schema: JSONValue, _ description: String, example: JSONValue? = nil
    ) -> JSONValue {
        parameter(name, in: "query", isNeeded: false, schema, description, example)
    }

    static func header(_ name: String, _ schema: JSONValue, _ description: String) -> JSONValue {
        parameter(name, in: "header", isNeeded: false, schema, description, nil)
    }

    /// A Parameter Object.
    static func parameter(
        _ name: String, in place: String, isNeeded: Bool, _ schema: JSONValue, _ description: String,
        _ example: JSONValue?
    ) -> JSONValue {
        .object(
            [
                JSONMember("name", .string(name)), JSONMember("in", .string(place)),
                JSONMember("required", .boolean(isNeeded)), JSONMember("description", .string(description)),
                JSONMember("schema", schema),
            ] + (example.map { [JSONMember("example", $0)] } ?? []))
    }

    static func sent(_ schema: JSONValue, as type: String = "application/json", isNeeded: Bool = true) -> JSONValue {
        ["required": .boolean(isNeeded), "content": .object([JSONMember(type, ["schema": schema])])]
    }

    static func told(_ description: String, _ schema: JSONValue, as type: String = "application/json") -> JSONValue {
        ["description": .string(description), "content": .object([JSONMember(type, ["schema": schema])])]
    }

    static func nothing(_ description: String) -> JSONValue { ["description": .string(description)] }
}
