import API
import AzukariTesting
import Engine
import HTTP
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Identity
import NIOCore
import Records
import Testing

@testable import Web

/// An organisation with an officer and an agent, behind the real routes, as a browser meets it.
struct TestDesk: Sendable {
    static let officer = "officer@example.com"
    static let agent = "agent@example.com"
    static let password = "correct horse battery"

    let engine: Engine
    let identity: Identity
    let client: any TestClientProtocol
    let clock: TestClock

    /// Makes the desk, runs `body`, and takes everything away again.
    static func run(_ body: @Sendable @escaping (TestDesk) async throws -> Void) async throws {
        let clock = TestClock()
        try await withOrganisation(named: "みどり商店", clock: clock) { engine, _ in
            let identity = try Identity(
                engine: engine, environment: clock.environment,
                parameters: ScryptParameters(logRounds: 4, blockSize: 8, parallelism: 1)
            )
            _ = try await identity.addAdministrator(
                NewUser(
                    username: officer, email: officer, lastName: "田中", firstName: "明美", language: "ja",
                    timeZone: "Asia/Tokyo"
                ),
                password: password
            )
            _ = try await identity.addUser(
                NewUser(
                    username: agent, email: agent, lastName: "Sasaki", firstName: "Naoki", language: "en_US",
                    timeZone: "Europe/London"
                ),
                profile: "Standard User", password: password
            )
            let runner = BulkRunner(engine: engine) { Issue.record($0) }
            let routes = try WebRoutes(
                engine: engine, identity: identity, environment: clock.environment, wakeJobs: runner.wake)
            let router = Router(context: EdgeContext.self)
            routes.add(to: router)
            let door = FrontDoor(
                router: router.buildResponder(), engine: engine, forms: routes.errorForms,
                address: PublicAddress(isTLS: true, trustedPeers: []),
                usage: RequestUsage(environment: clock.environment),
                environment: clock.environment
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await runner.run() }
                try await Application(responder: door).test(.router) { client in
                    try await body(TestDesk(engine: engine, identity: identity, client: client, clock: clock))
                }
                group.cancelAll()
            }
        }
    }

    /// A browser that nobody has signed in with.
    func browser(language: String = "ja") -> Browser { Browser(client: client, language: language) }

    /// A browser in which somebody has signed in.
    func browser(of user: String, language: String = "ja") async throws -> Browser {
        let browser = browser(language: language)
        _ = try await browser.get("/sign-in")
        let answer = try await browser.post(
            "/sign-in", ["username": user, "password": Self.password, "purpose": "customerService", "back": "/"]
        )
        #expect(answer.status == .seeOther)
        return browser
    }

    /// A record, made by the product itself.
    func make(_ object: String, _ values: KeyValuePairs<String, Value>) async throws -> RecordID {
        let session = engine.systemSession(as: .operator, reason: "test")
        let outcomes = try await session.create(Batch(object, values), onFailure: .rollbackAll)
        guard case .done(let id, _) = try #require(outcomes.first) else {
            Issue.record("\(outcomes)")
            throw NothingHere()
        }
        return id
    }
}

/// Keeps cookies and the form's token, as a browser does.
actor Browser {
    private let client: any TestClientProtocol
    private let language: String
    private var cookies: [String: String] = [:]

    init(client: any TestClientProtocol, language: String) {
        self.client = client
        self.language = language
    }

    /// An answer, read as text.
    struct Answer: Sendable {
        let status: HTTPResponse.Status
        let headers: HTTPFields
        let text: String
    }

    func cookie(_ name: String) -> String? { cookies[name] }

    func keep(_ name: String, _ value: String) { cookies[name] = value }

    func get(_ path: String) async throws -> Answer { try await send(path, .get, body: nil) }

    /// Sends a form with the token that the browser holds.
    /// - Parameter token: another token, as a page of somebody else would send.
    func post(_ path: String, _ fields: KeyValuePairs<String, String>, token: String? = nil) async throws -> Answer {
        var pairs = fields.map { "\($0.key)=\(PercentEncoding.encode($0.value))" }
        pairs.append("token=\(PercentEncoding.encode(token ?? cookies[FormToken.cookieName] ?? ""))")
        return try await send(path, .post, body: pairs.joined(separator: "&"))
    }

    /// Sends a file as the page's script does.
    func send(_ file: [UInt8], named name: String, to path: String, token: String? = nil) async throws -> Answer {
        let headers: HTTPFields = [
            .formToken: token ?? cookies[FormToken.cookieName] ?? "", .fileName: PercentEncoding.encode(name),
        ]
        return try await send(path, .post, body: ByteBuffer(bytes: file), headers)
    }

    private func send(_ path: String, _ method: HTTPRequest.Method, body: String?) async throws -> Answer {
        let headers: HTTPFields = body == nil ? [:] : [.contentType: "application/x-www-form-urlencoded"]
        return try await send(path, method, body: body.map { ByteBuffer(string: $0) }, headers)
    }

    private func send(
        _ path: String, _ method: HTTPRequest.Method, body: ByteBuffer?, _ added: HTTPFields
    ) async throws -> Answer {
        var headers = added
        headers[.acceptLanguage] = language
        if !cookies.isEmpty {
            headers[.cookie] = cookies.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "; ")
        }
        let response = try await client.executeRequest(uri: path, method: method, headers: headers, body: body)
        for set in response.headers[values: .setCookie] {
            let pair = set.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { cookies[String(pair[0])] = String(pair[1]) }
        }
        return Answer(status: response.status, headers: response.headers, text: String(buffer: response.body))
    }
}
