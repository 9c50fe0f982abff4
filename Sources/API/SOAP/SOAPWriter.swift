import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Records

/// Writes an answer by hand, in one line: clients search it as text, and others read it in the order of the WSDL.
struct SOAPWriter {
    private(set) var bytes: [UInt8] = []

    mutating func raw(_ text: String) { bytes += text.utf8 }
    mutating func raw(_ more: [UInt8]) { bytes += more }

    mutating func element(_ name: String, _ text: String) { raw("<\(name)>\(SOAPText.escaped(text))</\(name)>") }
    mutating func element(_ name: String, _ truth: Bool) { raw("<\(name)>\(truth)</\(name)>") }
    mutating func element(_ name: String, _ number: Int) { raw("<\(name)>\(number)</\(name)>") }
    mutating func element(_ name: String, _ id: RecordID) { raw("<\(name)>\(id)</\(name)>") }

    mutating func null(_ name: String) { raw(#"<\#(name) xsi:nil="true"/>"#) }

    /// Null where there is none.
    mutating func element(_ name: String, orNull text: String?) {
        if let text { element(name, text) } else { null(name) }
    }

    mutating func element(_ name: String, orNull id: RecordID?) {
        if let id { element(name, id) } else { null(name) }
    }

    mutating func element(_ name: String, _ body: (inout SOAPWriter) throws -> Void) rethrows {
        raw("<\(name)>")
        try body(&self)
        raw("</\(name)>")
    }

    /// A whole answer.
    static func response(
        to operation: String, _ kind: SOAPKind, usage: RequestUsage?, _ body: (inout SOAPWriter) throws -> Void
    ) rethrows -> Response {
        var writer = SOAPWriter()
        writer.raw(
            """
            <?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope \
            xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="\(kind.namespace)" \
            xmlns:sf="\(kind.rows)" xmlns:xsd="http://www.w3.org/2001/XMLSchema" \
            xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
            """)
        if let usage {
            writer.raw(
                """
                <soapenv:Header><LimitInfoHeader><limitInfo><current>\(usage.today)</current>\
                <limit>\(usage.quota.daily)</limit><type>API REQUESTS</type></limitInfo></LimitInfoHeader>\
                </soapenv:Header>
                """)
        }
        writer.raw("<soapenv:Body><\(operation)Response>")
        try body(&writer)
        writer.raw("</\(operation)Response></soapenv:Body></soapenv:Envelope>")
        return Response(
            status: .ok, headers: [.contentType: "text/xml; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: writer.bytes)))
    }
}
