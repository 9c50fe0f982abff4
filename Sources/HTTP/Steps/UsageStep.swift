import Hummingbird
import Records

/// Counts the calls of the data API and tells the count with every answer, errors too.
struct UsageStep: RouterMiddleware {
    typealias Context = EdgeContext
    let usage: RequestUsage

    func handle(
        _ request: Request, context: EdgeContext, next: (Request, EdgeContext) async throws -> Response
    ) async throws -> Response {
        guard request.uri.path.hasPrefix("/services/data/v") else { return try await next(request, context) }
        let calls = usage.countOne()
        var response = try await next(request, context)
        response.headers[.sforceLimitInfo] = "api-usage=\(calls)/\(Limits.dailyRequestsMax)"
        return response
    }
}
