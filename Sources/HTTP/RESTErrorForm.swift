public import Hummingbird
public import Records

/// `[{"message":…,"errorCode":…,"fields":[…]}]`, as every REST resource of the platform answers.
public struct RESTErrorForm: ErrorForm {
    public let prefix = "/services"

    public init() {}

    public func response(_ errors: [PlatformError], status: HTTPResponse.Status, context: EdgeContext) -> Response {
        var body: [UInt8] = []
        body.append(UInt8(ascii: "["))
        for (place, error) in errors.enumerated() {
            if place > 0 { body.append(UInt8(ascii: ",")) }
            body += #"{"message":"#.utf8
            JSONText.append(error.message, to: &body)
            body += #","errorCode":"#.utf8
            JSONText.append(error.code.name, to: &body)
            if !error.fields.isEmpty || error.code.isOfWrites {
                body += #","fields":["#.utf8
                for (place, field) in error.fields.enumerated() {
                    if place > 0 { body.append(UInt8(ascii: ",")) }
                    JSONText.append(field, to: &body)
                }
                body.append(UInt8(ascii: "]"))
            }
            if let duplicates = error.duplicates {
                body += #","duplicateResult":"#.utf8
                DuplicateResultJSON.append(duplicates, base: "/services/data/v68.0", to: &body)
            }
            body.append(UInt8(ascii: "}"))
        }
        body.append(UInt8(ascii: "]"))
        return Response(
            status: status,
            headers: [.contentType: "application/json;charset=UTF-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        )
    }
}

extension PlatformError.Code {
    /// Errors of writes always carry `fields`, maybe empty; those of reads never do.
    fileprivate var isOfWrites: Bool {
        switch self {
        case .requiredFieldMissing, .stringTooLong, .invalidEmailAddress, .invalidFieldForInsertUpdate,
            .duplicateValue, .invalidOrNullForRestrictedPicklist, .fieldIntegrityException,
            .numberOutsideValidRange, .invalidCrossReferenceKey, .cannotInsertUpdateActivateEntity,
            .deleteFailed, .circularDependency, .invalidTypeOnFieldInRecord, .duplicateExternalID,
            .duplicatesDetected:
            true
        default: false
        }
    }
}

/// JSON texts for errors, which must be answered even where everything else fails.
enum JSONText {
    static func append(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                out.append(UInt8(ascii: "\\"))
                out.append(byte)
            case 0x0A: out += "\\n".utf8
            case 0x0D: out += "\\r".utf8
            case 0x09: out += "\\t".utf8
            case 0..<0x20:
                out += "\\u00".utf8
                out += (byte < 16 ? "0" : "").utf8
                out += String(byte, radix: 16).utf8
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}
