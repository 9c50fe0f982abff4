import Hummingbird
import Logging
import Records

/// One line a request: id, method, path without its query, status, time. Nothing that could be about a person: paths are
/// shortened where they carry an external id, and of the headers only the client's name is kept.
struct AccessLogStep: RouterMiddleware {
    typealias Context = EdgeContext
    let environment: Records.Environment

    func handle(
        _ request: Request, context: EdgeContext, next: (Request, EdgeContext) async throws -> Response
    ) async throws -> Response {
        guard context.logger.logLevel <= .info else { return try await next(request, context) }
        let started = environment.now()
        let response = try await next(request, context)
        context.logger.info(
            "request",
            metadata: [
                "id": "\(response.headers[.requestID] ?? context.requestID)",
                "method": "\(request.method)",
                "path": "\(Self.withoutValues(request.uri.path))",
                "status": "\(response.status.code)",
                "milliseconds": "\(environment.now().milliseconds - started.milliseconds)",
                "agent": "\((request.headers[.userAgent] ?? "").prefix(60))",
            ]
        )
        return response
    }

    /// `…/sobjects/Contact/Ext__c/‹withheld›`: an external id may be a name or a number of a person.
    private static func withoutValues(_ path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let place = parts.firstIndex(of: "sobjects"), parts.count > place + 3 else { return path }
        return parts.prefix(place + 3).joined(separator: "/") + "/‹withheld›"
    }
}
