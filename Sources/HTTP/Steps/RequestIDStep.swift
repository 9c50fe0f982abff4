import Hummingbird
import Records

/// Gives the request an id, which goes into the answer and every line of the log.
struct RequestIDStep: RouterMiddleware {
    typealias Context = EdgeContext
    let environment: Records.Environment

    func handle(
        _ request: Request, context: EdgeContext, next: (Request, EdgeContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = Self.hex(environment.randomBytes(8))
        context.language = Self.language(request.headers[.acceptLanguage])
        var response = try await next(request, context)
        response.headers[.requestID] = context.requestID
        return response
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: bytes.count * 2) { out in
            for (place, byte) in bytes.enumerated() {
                out[place * 2] = digits[Int(byte >> 4)]
                out[place * 2 + 1] = digits[Int(byte & 15)]
            }
            return bytes.count * 2
        }
    }

    /// The first of the languages we have that the header names; English when it names neither.
    private static func language(_ header: String?) -> String {
        for part in (header ?? "").split(separator: ",") {
            let tag = part.trimmingSpaces().lowercased()
            if tag.hasPrefix("ja") { return "ja" }
            if tag.hasPrefix("en") { return "en" }
        }
        return "en"
    }
}
