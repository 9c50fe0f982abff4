public import Engine
public import HTTP
public import Hummingbird
public import Identity
public import Records

/// What programs speak to: OAuth, SOAP login, REST, and our own resources for a person's rights.
public struct APIRoutes: Sendable {
    let shared: Shared

    /// - Parameter reportOfJobs: Gets what kept a bulk job from being carried out, which is tried again.
    public init(
        engine: Engine, identity: Identity, address: PublicAddress, usage: RequestUsage,
        environment: Records.Environment,
        reportOfJobs: @escaping @Sendable (any Error) -> Void
    ) {
        shared = Shared(
            engine: engine, identity: identity, address: address, usage: usage, environment: environment,
            runner: BulkRunner(engine: engine, report: reportOfJobs)
        )
    }

    /// Carries out bulk jobs; to be run as long as the routes are served.
    public var bulkRunner: BulkRunner { shared.runner }

    /// Answers one row by its id without the router.
    public var short: ShortAnswer {
        let rows = Rows(shared: shared)
        return { rows.getHere($0, $1, $2) }
    }

    /// How errors look under `/services`.
    public static var errorForms: [any ErrorForm] {
        [RESTErrorForm(), OAuthErrorForm(), SOAPErrorForm(), AsyncErrorForm()]
    }

    /// Adds every route to a router.
    public func add(to router: some RouterMethods<EdgeContext>) {
        OpenAPIDocument().add(to: router)
        OAuthToken(shared: shared).add(to: router)
        OAuthIntrospection(shared: shared).add(to: router)
        OAuthRevocation(shared: shared).add(to: router)
        OpenIDDiscovery(shared: shared).add(to: router)
        OAuthIdentity(shared: shared).add(to: router)
        SOAPRoutes(shared: shared).add(to: router)
        rest(to: router)
        let inner = Router(context: EdgeContext.self)
        rest(to: inner)
        let requests = InnerRequests(router: inner.buildResponder(), form: RESTErrorForm())
        Composite(shared: shared, inner: requests).add(to: router)
        CompositeBatch(shared: shared, inner: requests).add(to: router)
        CompositeTree(shared: shared).add(to: router)
        IngestJobs(shared: shared).add(to: router)
        QueryJobs(shared: shared).add(to: router)
        AsyncJobs(shared: shared).add(to: router)
        RequestResources(shared: shared).add(to: router)
        PersonResources(shared: shared).add(to: router)
        AccessResources(shared: shared).add(to: router)
        ChangeResource(shared: shared).add(to: router)
    }
}

extension APIRoutes {
    /// What may also be asked for inside a composite call.
    private func rest(to router: some RouterMethods<EdgeContext>) {
        Versions(shared: shared).add(to: router)
        UsageLimits(shared: shared).add(to: router)
        Describe(shared: shared).add(to: router)
        Layouts(shared: shared).add(to: router)
        RecentItems(shared: shared).add(to: router)
        Replication(shared: shared).add(to: router)
        Rows(shared: shared).add(to: router)
        RowsByExternalID(shared: shared).add(to: router)
        Query(shared: shared).add(to: router)
        Search(shared: shared).add(to: router)
        Collections(shared: shared).add(to: router)
        Tooling(shared: shared).add(to: router)
        ConsentResources(shared: shared).add(to: router)
    }
}

/// What every resource of the API is made with.
final class Shared: Sendable {
    let engine: Engine
    let identity: Identity
    let address: PublicAddress
    let usage: RequestUsage
    let environment: Records.Environment
    let layouts = JSONLayouts()
    let descriptions = KnownDescriptions()
    let runner: BulkRunner

    init(
        engine: Engine, identity: Identity, address: PublicAddress, usage: RequestUsage,
        environment: Records.Environment, runner: BulkRunner
    ) {
        self.engine = engine
        self.identity = identity
        self.address = address
        self.usage = usage
        self.environment = environment
        self.runner = runner
    }
}
