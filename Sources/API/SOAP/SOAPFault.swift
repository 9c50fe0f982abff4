import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Records

/// SOAP 1.1 faults, with the prefixes that clients search for in the text. Their envelope declares no default namespace: a
/// client would look for `faultstring` in it.
enum SOAPFault {
    /// Every fault is 500, as SOAP 1.1 demands.
    static func response(_ error: PlatformError, _ kind: SOAPKind) -> Response {
        let code = error.code.name
        let fault = Self.kind(of: error.code)
        let message = SOAPText.escaped(error.message)
        var detail = "<sf:exceptionCode>\(code)</sf:exceptionCode><sf:exceptionMessage>\(message)</sf:exceptionMessage>"
        if queryFaults.contains(fault) {
            detail +=
                "<sf:row>\(error.position?.line ?? -1)</sf:row><sf:column>\(error.position?.column ?? -1)</sf:column>"
        }
        return envelope(
            kind,
            """
            <faultcode>sf:\(code)</faultcode><faultstring>\(code): \(message)</faultstring>\
            <detail><sf:\(fault) xsi:type="sf:\(fault)">\(detail)</sf:\(fault)></detail>
            """)
    }

    /// For a call that there is not.
    static func unknown(_ operation: XMLTree, _ kind: SOAPKind) -> Response {
        let name = SOAPText.escaped("{\(operation.namespace)}\(operation.name)")
        return envelope(
            kind,
            "<faultcode>soapenv:Client</faultcode><faultstring>No operation available for request \(name)</faultstring>"
        )
    }

    /// Those that tell a place in a query.
    static let queryFaults = [
        "MalformedQueryFault", "MalformedSearchFault", "InvalidFieldFault", "InvalidSObjectFault",
    ]
    static let allKinds =
        queryFaults + ["InvalidIdFault", "InvalidQueryLocatorFault", "LoginFault", "UnexpectedErrorFault"]

    private static func kind(of code: PlatformError.Code) -> String {
        switch code {
        case .malformedQuery: "MalformedQueryFault"
        case .malformedSearch: "MalformedSearchFault"
        case .invalidField: "InvalidFieldFault"
        case .invalidType: "InvalidSObjectFault"
        case .malformedID: "InvalidIdFault"
        case .invalidQueryLocator: "InvalidQueryLocatorFault"
        case .invalidLogin: "LoginFault"
        default: "UnexpectedErrorFault"
        }
    }

    private static func envelope(_ kind: SOAPKind, _ fault: String) -> Response {
        SOAPText.response(
            """
            <?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope \
            xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="\(kind.faults)" \
            xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault>\(fault)\
            </soapenv:Fault></soapenv:Body></soapenv:Envelope>
            """,
            status: .internalServerError)
    }
}

/// For what is refused before a call is read.
struct SOAPErrorForm: ErrorForm {
    let prefix = "/services/Soap"

    func response(_ errors: [PlatformError], status: HTTPResponse.Status, context: EdgeContext) -> Response {
        var response = SOAPFault.response(errors[0], .partner)
        // A method that is none of SOAP's has the status of HTTP.
        if status == .methodNotAllowed { response.status = status }
        return response
    }
}

/// Text inside XML that is written by hand because clients search it as text.
enum SOAPText {
    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "\t", "\n": out.unicodeScalars.append(scalar)
            // A bare one would be read as a line feed.
            case "\r": out += "&#13;"
            default: out.unicodeScalars.append(isHeld(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return out
    }

    /// The characters that XML 1.0 (section 2.2) can hold.
    private static func isHeld(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF
    }

    static func response(_ xml: String, status: HTTPResponse.Status) -> Response {
        Response(
            status: status, headers: [.contentType: "text/xml; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: xml))
        )
    }
}
