import HTTPTypes
import Hummingbird

/// What every answer says to browsers and caches. A page may say more; it may not say less.
struct SecurityHeadersStep {
    let address: PublicAddress

    func add(to response: inout Response, of request: Request, _ context: EdgeContext) {
        response.headers[.xContentTypeOptions] = "nosniff"
        if address.isSecure(request, context: context) {
            response.headers[.strictTransportSecurity] = "max-age=63072000; includeSubDomains"
        }
        if !response.headers.contains(.cacheControl) {
            response.headers.append(Self.uncached)
        }
    }

    private static let uncached = HTTPField(
        name: .cacheControl, value: "no-cache,must-revalidate,max-age=0,no-store,private"
    )
}
