import HTTP
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Records
import Testing

/// The front door before a router of a few handlers.
struct FrontDoorTests {
    private func application(now: Instant = Instant(milliseconds: 1_790_000_000_000)) -> some ApplicationProtocol {
        let router = Router(context: EdgeContext.self)
        router.resource(
            "services/data/:version/thing",
            get: { _, _ in Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: "got"))) },
            patch: { _, _ in Response(status: .noContent) }
        )
        router.resource(
            "services/data/:version/refused",
            get: { _, _ in
                throw PlatformErrors([
                    PlatformError(
                        .requiredFieldMissing, "Required fields are missing: [LastName]", fields: ["LastName"]),
                    PlatformError(.invalidField, "No such column \"Nope\"\nhere"),
                ])
            })
        router.resource("services/data/:version/broken", get: { _, _ in throw Secretive(secret: "山田 太郎") })
        let environment = Records.Environment(now: { now }, randomBytes: { Array(repeating: 0xA5, count: $0) })
        let door = FrontDoor(
            router: router.buildResponder(), engine: nil, forms: [RESTErrorForm()],
            address: PublicAddress(isTLS: true, trustedPeers: []), usage: RequestUsage(environment: environment),
            environment: environment
        )
        return Application(responder: door)
    }

    private struct Secretive: Error { let secret: String }

    @Test func `every answer carries its id and the security headers`() async throws {
        try await application().test(.router) { client in
            let answer = try await client.execute(uri: "/services/data/v59.0/thing/", method: .get)
            #expect(answer.status == .ok)
            #expect(String(buffer: answer.body) == "got")
            #expect(answer.headers[.requestID] == "a5a5a5a5a5a5a5a5")
            #expect(answer.headers[.xContentTypeOptions] == "nosniff")
            #expect(answer.headers[.strictTransportSecurity] == "max-age=63072000; includeSubDomains")
            #expect(answer.headers[.cacheControl] == "no-cache,must-revalidate,max-age=0,no-store,private")
            #expect(answer.headers[.sforceLimitInfo] == "api-usage=1/\(Limits.dailyRequestsMax)")
        }
    }

    @Test func `what is not found is a REST array and counts as a call`() async throws {
        try await application().test(.router) { client in
            let answer = try await client.execute(uri: "/services/data/v59.0/nowhere", method: .get)
            #expect(answer.status == .notFound)
            #expect(answer.headers[.contentType] == "application/json;charset=UTF-8")
            #expect(
                String(buffer: answer.body)
                    == #"[{"message":"The requested resource does not exist","errorCode":"NOT_FOUND"}]"#
            )
            #expect(answer.headers[.sforceLimitInfo] == "api-usage=1/\(Limits.dailyRequestsMax)")
        }
    }

    @Test func `several errors of a row are several elements, and texts are escaped`() async throws {
        try await application().test(.router) { client in
            let answer = try await client.execute(uri: "/services/data/v59.0/refused", method: .get)
            #expect(answer.status == .badRequest)
            #expect(
                String(buffer: answer.body)
                    == #"[{"message":"Required fields are missing: [LastName]","errorCode":"REQUIRED_FIELD_MISSING","#
                    + #""fields":["LastName"]},{"message":"No such column \"Nope\"\nhere","errorCode":"INVALID_FIELD"}]"#
            )
        }
    }

    @Test func `an unforeseen error tells its id and nothing else`() async throws {
        try await application().test(.router) { client in
            let answer = try await client.execute(uri: "/services/data/v59.0/broken", method: .get)
            #expect(answer.status == .internalServerError)
            let body = String(buffer: answer.body)
            #expect(body.contains("UNKNOWN_EXCEPTION") && body.contains("a5a5a5a5a5a5a5a5"))
            #expect(!body.contains("山田") && !body.contains("Secretive"))
        }
    }

    @Test func `a method that is not served is 405 with those that are`() async throws {
        try await application().test(.router) { client in
            let answer = try await client.execute(uri: "/services/data/v59.0/thing", method: .delete)
            #expect(answer.status == .methodNotAllowed)
            #expect(answer.headers[.allow] == "GET, PATCH, HEAD")
            #expect(String(buffer: answer.body).contains("METHOD_NOT_ALLOWED"))
        }
    }

    @Test func `POST with _HttpMethod stands for PATCH`() async throws {
        try await application().test(.router) { client in
            let answer = try await client.execute(uri: "/services/data/v59.0/thing?_HttpMethod=PATCH", method: .post)
            #expect(answer.status == .noContent)
        }
    }

    @Test func `a body that says it is too large is refused at once`() async throws {
        try await application().test(.router) { client in
            let answer = try await client.execute(
                uri: "/services/data/v59.0/thing", method: .patch, headers: [.contentLength: "999999999999"]
            )
            #expect(answer.status == .contentTooLarge)
            #expect(String(buffer: answer.body).contains("OPERATION_TOO_LARGE"))
        }
    }

    @Test func `an address that signs in too often is asked to wait`() async throws {
        try await application(now: Instant(milliseconds: 1_790_000_010_000)).test(.router) { client in
            for _ in 0..<Limits.signInsPerMinuteMax {
                let answer = try await client.execute(uri: "/services/oauth2/token", method: .post)
                #expect(answer.status == .notFound)
            }
            let answer = try await client.execute(uri: "/services/oauth2/token", method: .post)
            #expect(answer.status == .tooManyRequests)
            #expect(answer.headers[.retryAfter] == "30")
        }
    }
}
