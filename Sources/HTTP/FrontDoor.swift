public import Hummingbird
public import Records

/// Everything that happens to a request before it is routed and to its answer afterwards, in this order.
///
/// It stands before the router, not inside it: the method and the path may still change here, and what the router does
/// not find is answered like everything else.
public struct FrontDoor: HTTPResponder {
    public typealias Context = EdgeContext
    private let respond: @Sendable (Request, EdgeContext) async throws -> Response

    /// - Parameters:
    ///   - router: the routes of both edges.
    ///   - forms: how errors look, by path.
    ///   - usage: where the calls of the day are counted.
    public init(
        router: some HTTPResponder<EdgeContext>, forms: [any ErrorForm], address: PublicAddress,
        usage: RequestUsage, environment: Records.Environment
    ) {
        let steps: [any MiddlewareProtocol<Request, Response, EdgeContext>] = [
            RequestIDStep(environment: environment),
            AccessLogStep(environment: environment),
            SecurityHeadersStep(address: address),
            UsageStep(usage: usage),
            ErrorFormStep(forms: forms),
            RequestSizeStep(),
            RateLimitStep(environment: environment),
            MethodOverrideStep(),
        ]
        var chain: @Sendable (Request, EdgeContext) async throws -> Response = { request, context in
            try await router.respond(to: request, context: context)
        }
        for step in steps.reversed() { chain = Self.link(step, before: chain) }
        respond = chain
    }

    public func respond(to request: Request, context: EdgeContext) async throws -> Response {
        try await respond(request, context)
    }

    private static func link(
        _ step: some MiddlewareProtocol<Request, Response, EdgeContext>,
        before next: @escaping @Sendable (Request, EdgeContext) async throws -> Response
    ) -> @Sendable (Request, EdgeContext) async throws -> Response {
        { request, context in try await step.handle(request, context: context, next: next) }
    }
}
