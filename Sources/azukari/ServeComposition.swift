import API
import Engine
import HTTP
import Hummingbird
import Identity
import Logging
import Records
import Web

/// The routes of both edges over one organisation, behind one front door.
struct ServeComposition {
    private let engine: Engine
    let identity: Identity
    private let address: PublicAddress
    private let environment: Records.Environment
    private let usage: RequestUsage
    private let api: APIRoutes

    init(
        engine: Engine, address: PublicAddress, quota: RequestQuota, environment: Records.Environment, logger: Logger
    ) throws {
        self.engine = engine
        self.address = address
        self.environment = environment
        identity = try Identity(engine: engine, environment: environment, parameters: .standard)
        usage = RequestUsage(environment: environment, quota: quota)
        api = APIRoutes(
            engine: engine, identity: identity, address: address, usage: usage, environment: environment
        ) { error in
            logger.error("a bulk job waits, to be tried again", metadata: ["reason": "\(error)"])
        }
    }

    var bulkRunner: BulkRunner { api.bulkRunner }

    func frontDoor() throws -> FrontDoor {
        let web = try WebRoutes(
            engine: engine, identity: identity, environment: environment, wakeJobs: api.bulkRunner.wake)
        let router = Router(context: EdgeContext.self)
        HealthRoutes(engine: engine).add(to: router)
        api.add(to: router)
        web.add(to: router)
        return FrontDoor(
            router: router.buildResponder(), engine: engine, forms: APIRoutes.errorForms + web.errorForms,
            address: address,
            usage: usage, environment: environment, short: api.short
        )
    }
}
