import HTTP
import HTTPTypes
import Hummingbird
import Records

/// A SOAP 1.1 fault, with the prefixes that clients search for in the text.
struct SOAPErrorForm: ErrorForm {
    let prefix = "/services/Soap"

    /// Every fault is 500, as SOAP 1.1 demands.
    func response(_ errors: [PlatformError], status: HTTPResponse.Status, context: EdgeContext) -> Response {
        let code = errors[0].code.name
        let kind =
            switch errors[0].code {
            case .invalidLogin: "LoginFault"
            case .unknownException: "UnexpectedErrorFault"
            default: "ApiFault"
            }
        let message = SOAPText.escaped(errors[0].message)
        return SOAPText.response(
            """
            <?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope \
            xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="urn:fault.partner.soap.sforce.com" \
            xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault>\
            <faultcode>sf:\(code)</faultcode><faultstring>\(code): \(message)</faultstring>\
            <detail><sf:\(kind) xsi:type="sf:\(kind)"><sf:exceptionCode>\(code)</sf:exceptionCode>\
            <sf:exceptionMessage>\(message)</sf:exceptionMessage></sf:\(kind)></detail>\
            </soapenv:Fault></soapenv:Body></soapenv:Envelope>
            """,
            status: .internalServerError
        )
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
            case "\t", "\n", "\r": out.unicodeScalars.append(scalar)
            default: out.unicodeScalars.append(scalar.value < 0x20 ? "\u{FFFD}" : scalar)
            }
        }
        return out
    }

    static func response(_ xml: String, status: HTTPResponse.Status) -> Response {
        Response(
            status: status, headers: [.contentType: "text/xml; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: xml))
        )
    }
}
