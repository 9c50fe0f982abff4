import HTTPTypes
import Hummingbird
import Records

/// Bodies in gzip, both ways (RFC 9110, section 8.4).
///
/// Pages are sent as they are: what is compressed tells by its size what is in it, and a page holds a form's secret beside what
/// others may have written.
struct CompressionStep {
    /// The request with its body as it was before it was compressed.
    ///
    /// - Throws: 415 for a coding that we do not have, or several.
    func open(_ request: Request) throws -> Request {
        guard let coding = request.headers[.contentEncoding]?.lowercased(), coding != "identity" else { return request }
        guard ["gzip", "x-gzip", "deflate"].contains(coding) else {
            throw RefusedRequest(
                status: .unsupportedMediaType,
                error: PlatformError(.unsupportedMediaType, "Content-Encoding must be gzip or deflate."),
                headers: [.acceptEncoding: "gzip, deflate"])
        }
        var head = request.head
        head.headerFields[.contentEncoding] = nil
        head.headerFields[.contentLength] = nil
        let body = InflatedBody(base: request.body, bytesMax: Limits.uploadBytesMax)
        return Request(head: head, body: RequestBody(asyncSequence: body))
    }

    /// Compresses an answer when its caller takes that and it is worth it.
    func close(_ response: inout Response, to request: Request) {
        guard request.method != .head, request.uri.path.hasPrefix("/services/"),
            response.headers[.contentEncoding] == nil,
            response.body.contentLength.map({ $0 >= Limits.compressedBytesMin }) ?? true,
            let type = response.headers[.contentType], Self.types.contains(where: { type.hasPrefix($0) })
        else { return }
        response.headers[.vary] = "Accept-Encoding"
        guard Self.takesGzip(request.headers[.acceptEncoding] ?? "") else { return }
        response.headers[.contentEncoding] = "gzip"
        response.headers[.contentLength] = nil
        response.body = response.body.deflated()
    }

    private static let types = ["application/json", "application/xml", "text/"]

    /// `gzip;q=0` refuses it, `*` takes it.
    private static func takesGzip(_ header: String) -> Bool {
        var any = false
        for wish in header.lowercased().split(separator: ",") {
            let parts = wish.split(separator: ";").map { $0.trimmingSpaces() }
            guard let coding = parts.first, coding == "gzip" || coding == "*" else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if coding == "gzip" { return weight > 0 }
            any = weight > 0
        }
        return any
    }
}
