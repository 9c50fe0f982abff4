import Formats
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

extension TestServer {
    /// A call of the SOAP interface; its answer as a tree: of the operation, or of the fault.
    func soap(
        _ body: String, kind: String = "u", headers: String = "", token: String? = nil
    ) async throws -> (status: Int, body: XMLTree, text: String) {
        let name = kind == "u" ? "partner" : "enterprise"
        let envelope = """
            <?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" \
            xmlns="urn:\(name).soap.sforce.com" xmlns:o="urn:sobject.\(name).soap.sforce.com" \
            xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><e:Header>\
            <SessionHeader><sessionId>\(token ?? self.token)</sessionId></SessionHeader>\(headers)</e:Header>\
            <e:Body>\(body)</e:Body></e:Envelope>
            """
        let response = try await client.execute(
            uri: "/services/Soap/\(kind)/59.0", method: .post, headers: [.contentType: "text/xml"],
            body: ByteBuffer(string: envelope))
        let text = String(buffer: response.body)
        let tree = try XMLTree(Array(text.utf8))
        return (response.status.code, try #require(tree["Body"]?.children.first, "\(text)"), text)
    }
}

extension XMLTree {
    /// All children of that name.
    func all(_ name: String) -> [XMLTree] { children.filter { $0.name == name } }

    /// The text of what a path leads to.
    func text(_ path: String...) -> String? {
        path.reduce(self as XMLTree?) { $0?[$1] }?.text
    }
}
