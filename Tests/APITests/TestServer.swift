import API
import Engine
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Identity
import NIOCore
import Records
import Testing

/// An organisation in a folder of its own, with an administrator, an agent and an application, behind the real routes.
struct TestServer: Sendable {
    static let administrator = "admin@example.com"
    static let agent = "agent@example.com"
    static let password = "correct horse battery"

    let engine: Engine
    let identity: Identity
    let client: any TestClientProtocol
    let clientID: String
    let clientSecret: String
    /// Of the administrator.
    let token: String

    /// Makes the server, runs `body`, and takes everything away again.
    static func run(
        environment: Records.Environment = .system, quota: RequestQuota = RequestQuota(),
        _ body: @Sendable @escaping (TestServer) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "azukari-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let engine = try await Engine.create(
            folder: folder.path,
            organisation: NewOrganisation(name: "Sample KK", defaultLanguage: "ja", timeZone: "Asia/Tokyo"),
            environment: environment
        )
        let identity = try Identity(
            engine: engine, environment: environment,
            parameters: ScryptParameters(logRounds: 4, blockSize: 8, parallelism: 1)
        )
        let user = try await identity.addAdministrator(
            NewUser(
                username: administrator, email: administrator, lastName: "山田", firstName: "花子", language: "ja",
                timeZone: "Asia/Tokyo"
            ),
            password: password
        ).user
        _ = try await identity.addUser(
            NewUser(
                username: agent, email: agent, lastName: "Agent", firstName: nil, language: "en_US",
                timeZone: "Europe/London"
            ),
            profile: "Standard User", password: password
        )
        let application = try await identity.addApplication(
            NewApplication(
                name: "Loader", flows: [.password, .clientCredentials], purposes: ["customerService"], runAs: user
            )
        )
        let grant = try await identity.signIn(
            username: administrator, password: password, address: "",
            application: SigningApplication(name: "Test", kind: .api, purposes: ["customerService"])
        )
        let address = PublicAddress(isTLS: false, trustedPeers: [])
        let usage = RequestUsage(environment: environment, quota: quota)
        let api = APIRoutes(
            engine: engine, identity: identity, address: address, usage: usage, environment: environment,
            reportOfJobs: { Issue.record($0) })
        let jobs = Task { await api.bulkRunner.run() }
        try await self.application(api, engine, address, usage, environment).test(.router) { client in
            try await body(
                TestServer(
                    engine: engine, identity: identity, client: client, clientID: application.clientID,
                    clientSecret: try #require(application.clientSecret), token: grant.token
                )
            )
        }
        jobs.cancel()
        await jobs.value
        await engine.close()
    }

    private static func application(
        _ api: APIRoutes, _ engine: Engine, _ address: PublicAddress, _ usage: RequestUsage,
        _ environment: Records.Environment
    ) -> some ApplicationProtocol {
        let router = Router(context: EdgeContext.self)
        HealthRoutes(engine: engine).add(to: router)
        api.add(to: router)
        return Application(
            responder: FrontDoor(
                router: router.buildResponder(), engine: engine, forms: APIRoutes.errorForms, address: address,
                usage: usage,
                environment: environment, short: api.short
            )
        )
    }

    /// A call under `/services/data/v59.0/` as the administrator.
    @discardableResult
    func call(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, version: String = "59.0",
        headers: HTTPFields = [:], token: String? = nil
    ) async throws -> Answer {
        var headers = headers
        headers[.authorization] = "Bearer \(token ?? self.token)"
        if headers[.contentType] == nil { headers[.contentType] = "application/json" }
        let response = try await client.execute(
            uri: "/services/data/v\(version)/\(path)", method: method, headers: headers,
            body: body.map { ByteBuffer(string: $0) }
        )
        return Answer(response)
    }

    /// A form posted without a token.
    func post(
        form: String, to path: String, headers: HTTPFields = [:], type: String = "application/x-www-form-urlencoded"
    ) async throws -> Answer {
        var headers = headers
        headers[.contentType] = type
        return Answer(
            try await client.execute(uri: path, method: .post, headers: headers, body: ByteBuffer(string: form))
        )
    }

    /// Makes a row and gives its id.
    func make(_ object: String, _ body: String) async throws -> String {
        let answer = try await call(.post, "sobjects/\(object)", body)
        #expect(answer.status == 201, "\(answer.body)")
        return try #require(answer.json["id"] as? String)
    }
}

/// A status, headers and a body.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let body: String

    init(_ response: TestResponse) {
        status = response.status.code
        headers = response.headers
        body = String(buffer: response.body)
    }

    /// The body as an object; empty when it is none.
    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:] }

    /// The body as an array of objects; empty when it is none.
    var list: [[String: Any]] { (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [[String: Any]] ?? [] }

    /// The code of the first error of a REST answer.
    var errorCode: String? { list.first?["errorCode"] as? String }

    /// The rows of a query.
    var records: [[String: Any]] { json["records"] as? [[String: Any]] ?? [] }
}
