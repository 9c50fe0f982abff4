import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Loading
import Records

/// XML and JSON of the first bulk interface, whose members are the same.
enum AsyncXML {
    static let namespace = "http://www.force.com/2009/06/asyncapi/dataload"

    /// The text of a cell that is not null, escaped.
    static func text(of cells: CellRow, _ place: Int, _ type: FieldType) -> String {
        let value = cells.value(place, as: type)
        if let text = value.text { return SOAPText.escaped(text) }
        var csv = CSVWriter(delimiter: .comma, lineEnding: .lf, quoting: .whenNeeded)
        csv.value(value)
        return String(decoding: csv.bytes, as: UTF8.self)
    }
}

/// One member of an info, in either form.
struct AsyncMember {
    enum Value {
        case text(String)
        case number(Int)
    }

    let name: String
    let value: Value

    init(_ name: String, _ text: String) {
        self.name = name
        value = .text(text)
    }

    init(_ name: String, _ number: Int) {
        self.name = name
        value = .number(number)
    }
}

/// How an answer of the first bulk interface is written. Its content types have no charset: clients compare them whole.
enum AsyncForm {
    case json, xml

    /// Of a request, by its content type.
    init(of request: Request) {
        let type = request.headers[.contentType]?.lowercased() ?? ""
        self = type.hasPrefix("application/json") ? .json : .xml
    }

    /// Of a job's batches, by its own content.
    init(of form: BulkForm) { self = form.content == .json ? .json : .xml }

    var contentType: String { self == .json ? "application/json" : "application/xml" }

    func response(_ element: String, _ members: [AsyncMember], status: HTTPResponse.Status = .ok) -> Response {
        switch self {
        case .json:
            var json = JSONWriter()
            json.object { Self.write(members, into: &$0) }
            return response(json.bytes, status: status)
        case .xml: return response(Array(Self.document(element, Self.elements(members)).utf8), status: status)
        }
    }

    /// A list of infos.
    func list(_ element: String, of inner: String, _ all: [[AsyncMember]]) -> Response {
        switch self {
        case .json:
            var json = JSONWriter()
            json.object { json in
                json.key(inner)
                json.array { json in for members in all { json.object { Self.write(members, into: &$0) } } }
            }
            return response(json.bytes)
        case .xml:
            let inside = all.map { "<\(inner)>\(Self.elements($0))</\(inner)>" }.joined()
            return response(Array(Self.document(element, inside).utf8))
        }
    }

    func response(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func document(_ element: String, _ inside: String) -> String {
        #"<?xml version="1.0" encoding="UTF-8"?><\#(element) xmlns="\#(AsyncXML.namespace)">\#(inside)</\#(element)>"#
    }

    private static func elements(_ members: [AsyncMember]) -> String {
        members.map { member in
            switch member.value {
            case .text(let text): "<\(member.name)>\(SOAPText.escaped(text))</\(member.name)>"
            case .number(let number): "<\(member.name)>\(number)</\(member.name)>"
            }
        }.joined()
    }

    private static func write(_ members: [AsyncMember], into json: inout JSONWriter) {
        for member in members {
            json.key(member.name)
            switch member.value {
            case .text(let text): json.string(text)
            case .number(let number): json.integer(number)
            }
        }
    }
}

/// `{"exceptionCode":…,"exceptionMessage":…}` or its like in XML, with status 400 but where HTTP itself refuses.
struct AsyncErrorForm: ErrorForm {
    let prefix = "/services/async"

    /// For what is refused before a handler knows the request's form.
    func response(_ errors: [PlatformError], status: HTTPResponse.Status, context: EdgeContext) -> Response {
        Self.response(errors[0], status: status, form: .xml)
    }

    static func response(_ error: PlatformError, status: HTTPResponse.Status, form: AsyncForm) -> Response {
        form.response(
            "error",
            [
                AsyncMember("exceptionCode", code(of: error)), AsyncMember("exceptionMessage", error.message),
            ], status: status)
    }

    private static func code(of error: PlatformError) -> String {
        switch error.code {
        case .invalidSessionID: "InvalidSessionId"
        case .invalidJob, .notFound, .invalidField, .jsonParserError: "InvalidJob"
        case .invalidJobState, .invalidStatus: "InvalidJobState"
        case .invalidEntity, .invalidType: "InvalidEntity"
        case .invalidBatch: "InvalidBatch"
        case .exceededQuota, .operationTooLarge, .limitExceeded: "ExceededQuota"
        case .featureNotEnabled, .functionalityNotEnabled: "FeatureNotEnabled"
        case .unsupportedAPIVersion: "InvalidVersion"
        case .methodNotAllowed, .invalidOperation: "InvalidOperation"
        case .invalidInput: "InvalidXML"
        case .unknownException: "ServerError"
        default: "Unknown"
        }
    }
}
