import Hummingbird
import Records

/// Refuses at once what says that it is too large. Handlers state their own, smaller limits as they gather a body.
struct RequestSizeStep: RouterMiddleware {
    typealias Context = EdgeContext

    func handle(
        _ request: Request, context: EdgeContext, next: (Request, EdgeContext) async throws -> Response
    ) async throws -> Response {
        if request.uri.string.utf8.count > Limits.uriBytesMax {
            throw RefusedRequest(
                status: .uriTooLong,
                error: PlatformError(.operationTooLarge, "The URI is longer than \(Limits.uriBytesMax) bytes.")
            )
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > Limits.uploadBytesMax {
            throw RefusedRequest.bodyTooLarge
        }
        return try await next(request, context)
    }
}
