public import Engine
import HTTPTypes
public import Hummingbird
import Records

/// `/healthz`: the process answers. `/readyz`: the organisation can be read. For load balancers and supervisors.
public struct HealthRoutes: Sendable {
    let engine: Engine

    public init(engine: Engine) { self.engine = engine }

    public func add(to router: some RouterMethods<EdgeContext>) {
        router.resource("healthz", get: { _, _ in Self.text("ok\n") })
        router.resource(
            "readyz",
            get: { _, _ in
                let session = engine.systemSession(as: .operator, reason: "readiness")
                do {
                    _ = try await session.query("SELECT Id FROM Organization LIMIT 1")
                } catch {
                    throw PlatformError(.serverUnavailable, "The organisation's records cannot be read.")
                }
                return Self.text("ready\n")
            })
    }

    private static func text(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}
