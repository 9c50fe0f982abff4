import API
import Engine
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Records
import Testing

/// The document of all resources, against what the routes answer.
@Suite("OpenAPI document")
struct OpenAPITests {
    @Test("needs no token, and tells of every path of the router and of no other")
    func hasTheRoutersPaths() async throws {
        try await TestServer.run { server in
            let router = Router(context: EdgeContext.self)
            HealthRoutes(engine: server.engine).add(to: router)
            APIRoutes(
                engine: server.engine, identity: server.identity,
                address: PublicAddress(isTLS: false, trustedPeers: []), usage: RequestUsage(environment: .system),
                environment: .system, reportOfJobs: { _ in }
            ).add(to: router)
            let routed = Set(router.routes.map { Self.braced("\($0.path)") })
            let told = Set(try await Self.paths(server).keys)
            #expect(told.subtracting(routed).sorted() == [])
            #expect(routed.subtracting(told).sorted() == [])
        }
    }

    @Test("tells of every method of a path: others are answered 405")
    func hasTheMethods() async throws {
        try await TestServer.run { server in
            for (path, operations) in try await Self.paths(server) {
                let told = Set(try #require(operations as? [String: Any]).keys)
                #expect(!told.isEmpty)
                let uri =
                    path
                    .replacing("{version}", with: path.contains("/data/") ? "v60.0" : "60.0")
                    .replacing("{object}", with: "Contact")
                    .replacing("{organisation}", with: "00D000000000001AAA").replacing(
                        "{user}", with: "005000000000001AAA")
                for method in [HTTPRequest.Method.get, .post, .put, .patch, .delete, .options, .trace] {
                    let id = method == .post && path.hasSuffix("sobjects/{object}/{id}") ? "Id" : "003000000000001AAA"
                    let uri = uri.replacing("{id}", with: id).replacing(/\{[a-z]+\}/, with: "x")
                    let answer = try await server.client.execute(
                        uri: uri, method: method, headers: [.authorization: "Bearer \(server.token)"])
                    let isTold = told.contains(method.rawValue.lowercased())
                    #expect((answer.status != .methodNotAllowed) == isTold, "\(method) \(uri): \(answer.status)")
                    if !isTold { #expect(answer.headers[.allow] != nil, "\(method) \(uri)") }
                }
            }
        }
    }

    private static func paths(_ server: TestServer) async throws -> [String: Any] {
        let answer = Answer(try await server.client.execute(uri: "/services/openapi.json", method: .get))
        #expect(answer.status == 200)
        #expect(answer.json["openapi"] as? String == "3.1.0")
        return try #require(answer.json["paths"] as? [String: Any])
    }

    /// `/services/data/:version` as the document writes it.
    private static func braced(_ path: String) -> String {
        "/"
            + path.split(separator: "/").map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0) }.joined(
                separator: "/")
    }
}
