import HTTPTypes
import Hummingbird

/// What every answer says to browsers and caches. A page may say more; it may not say less.
struct SecurityHeadersStep: RouterMiddleware {
    typealias Context = EdgeContext
    let address: PublicAddress

    func handle(
        _ request: Request, context: EdgeContext, next: (Request, EdgeContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        response.headers[.xContentTypeOptions] = "nosniff"
        if address.isSecure(request, context: context) {
            response.headers[.strictTransportSecurity] = "max-age=63072000; includeSubDomains"
        }
        if response.headers[.cacheControl] == nil {
            response.headers[.cacheControl] = "no-cache,must-revalidate,max-age=0,no-store,private"
        }
        return response
    }
}
