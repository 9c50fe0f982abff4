import HTTPTypes
public import Hummingbird
import Records

/// A handler of one method.
public typealias Handler = @Sendable (Request, EdgeContext) async throws -> Response

extension RouterMethods where Context == EdgeContext {
    /// All methods of a path at once: those not named are answered 405 with `Allow`.
    @discardableResult
    public func resource(
        _ path: RouterPath, get: Handler? = nil, post: Handler? = nil, put: Handler? = nil, patch: Handler? = nil,
        delete: Handler? = nil
    ) -> Self {
        let named: [(HTTPRequest.Method, Handler?)] = [
            (.get, get), (.post, post), (.put, put), (.patch, patch), (.delete, delete),
        ]
        let allowed = named.filter { $0.1 != nil }.map(\.0.rawValue) + (get == nil ? [] : ["HEAD"])
        let allow = allowed.joined(separator: ", ")
        for (method, handler) in named {
            if let handler {
                on(path, method: method, use: handler)
            } else {
                on(path, method: method) { request, _ -> Response in throw Self.notAllowed(request.method, allow) }
            }
        }
        for method in [HTTPRequest.Method.options, .trace, .connect] {
            on(path, method: method) { request, _ -> Response in throw Self.notAllowed(request.method, allow) }
        }
        if let get {
            on(path, method: .head) { request, context in try await get(request, context).createHeadResponse() }
        } else {
            on(path, method: .head) { request, _ -> Response in throw Self.notAllowed(request.method, allow) }
        }
        return self
    }

    private static func notAllowed(_ method: HTTPRequest.Method, _ allow: String) -> RefusedRequest {
        RefusedRequest(
            status: .methodNotAllowed,
            error: PlatformError(
                .methodNotAllowed, "HTTP Method '\(method.rawValue)' not allowed. Allowed are \(allow)"
            ),
            headers: [.allow: allow]
        )
    }
}
