import Hummingbird
import Records

/// Refuses at once what says that it is too large. Handlers state their own, smaller limits as they gather a body.
struct RequestSizeStep {
    /// Whether much of a request may be still to come when it is refused.
    func mayGoOn(_ request: Request) -> Bool {
        if request.headers[.transferEncoding] != nil { return true }
        return request.headers[.contentLength].flatMap { Int($0) } ?? 0 > Limits.refusedBodyBytesMax
    }

    func check(_ request: Request) throws {
        if request.uri.string.utf8.count > Limits.uriBytesMax {
            throw RefusedRequest(
                status: .uriTooLong,
                error: PlatformError(.operationTooLarge, "The URI is longer than \(Limits.uriBytesMax) bytes.")
            )
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > Limits.uploadBytesMax {
            throw RefusedRequest.bodyTooLarge
        }
    }
}
