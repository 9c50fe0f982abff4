import Engine
import Formats
import HTTP
import Hummingbird
import Records

/// The schema, in the members and the order of the WSDL. What it says is what REST says.
enum SOAPDescribes {
    static let operations: [String: SOAPHandler] = [
        "describeGlobal": global, "describeSObject": one, "describeSObjects": several,
    ]

    private static let objectsMax = 100

    @Sendable private static func global(_ call: SOAPCall) async throws -> Response {
        let schema = try await call.session.schema()
        let rest = try call.rest
        let objects = try schema.objects.filter { !$0.isInternal }.map { object in
            try tree { json in ObjectDescription(object: object, call: rest).brief(into: &json) }
        }
        return call.answer { writer in
            writer.element("result") { writer in
                writer.element("encoding", "UTF-8")
                writer.element("maxBatchSize", Limits.collectionRowsMax)
                for object in objects { writer.typed("sobjects", object, as: "DescribeGlobalSObjectResult") }
            }
        }
    }

    @Sendable private static func one(_ call: SOAPCall) async throws -> Response {
        try await describe(call, [call.argument("sObjectType")])
    }

    @Sendable private static func several(_ call: SOAPCall) async throws -> Response {
        try await describe(call, call.arguments("sObjectType", atMost: objectsMax).map(\.text))
    }

    private static func describe(_ call: SOAPCall, _ names: [String]) async throws -> Response {
        let schema = try await call.session.schema()
        let rest = try call.rest
        var objects: [JSONValue] = []
        for name in names {
            guard let object = schema.object(name), !object.isInternal else {
                throw PlatformError(.invalidType, "sObject type '\(name)' is not supported.")
            }
            let types = try await Describe.recordTypes(rest, of: object, in: schema)
            objects.append(
                try tree { json in
                    ObjectDescription(object: object, call: rest).full(schema: schema, recordTypes: types, into: &json)
                })
        }
        return call.answer { writer in
            for object in objects { writer.typed("result", object, as: "DescribeSObjectResult") }
        }
    }

    private static func tree(_ write: (inout JSONWriter) -> Void) throws -> JSONValue {
        var json = JSONWriter()
        json.object(write)
        do {
            return try JSONValue(json.bytes, bytesMax: json.bytes.count)
        } catch {
            throw PlatformError(.unknownException, "The schema cannot be told.", detail: "\(error)")
        }
    }
}

extension SOAPCall {
    /// The same call for what is told alike over REST.
    fileprivate var rest: RESTCall {
        get throws {
            RESTCall(
                request: request, context: context, session: session, version: version, query: try FormFields(""),
                shared: shared)
        }
    }
}

extension SOAPWriter {
    /// An element of one of the interface's types, from the members of an object; what the type does not have is left out.
    mutating func typed(_ name: String, _ value: JSONValue, as type: String) {
        guard let elements = SOAPTypes.byName[type] else { return simple(name, value) }
        element(name) { writer in
            for element in elements {
                let inner = element.type.hasPrefix("tns:") ? String(element.type.dropFirst(4)) : element.type
                switch value[element.name] {
                case .array(let all)? where element.isList:
                    for one in all { writer.typed(element.name, one, as: inner) }
                case nil, .null?:
                    if element.isOptional { continue }
                    if element.isNillable { writer.null(element.name) } else { writer.empty(element) }
                case .some(let one): writer.typed(element.name, one, as: inner)
                }
            }
        }
    }

    private mutating func simple(_ name: String, _ value: JSONValue) {
        switch value {
        case .string(let text): element(name, text)
        case .boolean(let truth): element(name, truth)
        case .integer(let number): element(name, Int(number))
        case .double(let number): element(name, "\(number)")
        case .null, .array, .object: null(name)
        }
    }

    /// What must be there and is not told.
    private mutating func empty(_ element: SOAPTypes.Element) {
        switch element.type {
        case "xsd:boolean": self.element(element.name, false)
        case "xsd:int": self.element(element.name, 0)
        default: self.element(element.name, "")
        }
    }
}
