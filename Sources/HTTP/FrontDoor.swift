public import Engine
public import Hummingbird
public import Records

/// Everything that happens to a request before it is routed and to its answer afterwards, in this order.
///
/// It stands before the router, not inside it: the method and the path may still change here, and what the router does
/// not find is answered like everything else.
public struct FrontDoor: HTTPResponder {
    public typealias Context = EdgeContext
    private let ids: RequestIDStep
    private let log: AccessLogStep
    private let security: SecurityHeadersStep
    private let usage: UsageStep
    private let errors: ErrorFormStep
    private let size = RequestSizeStep()
    private let compression = CompressionStep()
    private let rate: RateLimitStep
    private let override = MethodOverrideStep()
    private let pool: PoolStep
    private let events: EventStep

    /// - Parameters:
    ///   - router: the routes of both edges.
    ///   - forms: how errors look, by path.
    ///   - engine: Whose event log is told of each call; nil where nobody is, as in tests of the steps.
    ///   - usage: where the calls of the day are counted.
    ///   - short: answers what is answered on the connection's event loop, before the router is asked.
    public init(
        router: some HTTPResponder<EdgeContext>, engine: Engine?, forms: [any ErrorForm], address: PublicAddress,
        usage: RequestUsage, environment: Records.Environment, short: ShortAnswer? = nil
    ) {
        ids = RequestIDStep(environment: environment)
        log = AccessLogStep(environment: environment)
        security = SecurityHeadersStep(address: address)
        self.usage = UsageStep(usage: usage)
        errors = ErrorFormStep(forms: forms)
        rate = RateLimitStep(quota: usage.quota, environment: environment)
        pool = PoolStep(router: router, short: short)
        events = EventStep(engine: engine, environment: environment)
    }

    /// The steps are plain functions in one, not middleware in a chain: each link of a chain waits for the next, and a wait
    /// costs more than what most of the steps do.
    public func respond(to request: Request, context: EdgeContext) async throws -> Response {
        var context = context
        ids.mark(&context, request)
        let began = log.begin(context)
        let event = events.begin(request)
        let calls = usage.count(request)
        var response: Response
        do {
            try size.check(request)
            try usage.check(calls)
            try rate.check(request, context)
            let request = try compression.open(override.apply(to: request))
            if let short = pool.answer(request, context) {
                response = short
            } else {
                response = try await pool.respond(to: request, context: context)
            }
            try errors.refuseUnknown(request, response)
        } catch {
            response = errors.answer(error, to: request, context: context)
            if size.mayGoOn(request) {
                response.headers[.connection] = "close"
                context.closeSoon()
            }
        }
        compression.close(&response, to: request)
        if let calls { usage.add(calls, to: &response, of: request) }
        security.add(to: &response, of: request, context)
        response.headers[.requestID] = context.requestID
        if let event { events.end(request, &response, event, context) }
        if let began { log.end(request, response, began: began, context) }
        return response
    }
}
