import HTTPTypes
import Hummingbird
import Records

/// Asks callers who come too fast to wait: by address at the doors where one signs in, by credential elsewhere.
struct RateLimitStep: RouterMiddleware {
    typealias Context = EdgeContext
    let environment: Records.Environment
    private let rate = RequestRate()

    init(environment: Records.Environment) { self.environment = environment }

    func handle(
        _ request: Request, context: EdgeContext, next: (Request, EdgeContext) async throws -> Response
    ) async throws -> Response {
        let isSignIn = request.method == .post && Self.isSignIn(request.uri.path)
        let caller = isSignIn ? "in \(context.address)" : request.headers[.authorization] ?? context.address
        let limit = isSignIn ? Limits.signInsPerMinuteMax : Limits.requestsPerMinuteMax
        if let seconds = rate.waitSeconds(for: caller, limit: limit, at: environment.now()) {
            throw RefusedRequest(
                status: .tooManyRequests,
                error: PlatformError(.limitExceeded, "Too many requests. Try again in \(seconds) seconds."),
                headers: [.retryAfter: String(seconds)]
            )
        }
        return try await next(request, context)
    }

    private static func isSignIn(_ path: String) -> Bool {
        path.hasPrefix("/services/oauth2/token") || path.hasPrefix("/services/Soap/") || path.hasPrefix("/sign-in")
    }
}
