import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Identity
import Records

/// `/services/Soap/u/V` and `/services/Soap/c/V`: the element in the body says what is called.
struct SOAPRoutes {
    let shared: Shared
    private let operations: [String: SOAPHandler]
    private let logins = RequestRate()

    init(shared: Shared) {
        self.shared = shared
        var operations: [String: SOAPHandler] = [:]
        for some in [
            SOAPReads.operations, SOAPWrites.operations, SOAPDescribes.operations, SOAPSpecials.operations,
            SOAPPasswords.operations,
        ] {
            operations.merge(some) { first, _ in first }
        }
        self.operations = operations
    }

    func add(to router: some RouterMethods<EdgeContext>) {
        for kind in [SOAPKind.partner, .enterprise] {
            let answer: Handler = { request, context in try await self.answer(request, context, kind) }
            router.resource(RouterPath("services/Soap/\(kind.rawValue)/:version"), post: answer)
            router.resource(RouterPath("services/Soap/\(kind.rawValue)/:version/:organisation"), post: answer)
        }
        WSDLRoutes(shared: shared).add(to: router)
    }

    private func answer(_ request: Request, _ context: EdgeContext, _ kind: SOAPKind) async throws -> Response {
        do {
            return try await call(request, context, kind)
        } catch let error as PlatformErrors {
            return SOAPFault.response(error.errors[0], kind)
        } catch let error as PlatformError {
            return SOAPFault.response(error, kind)
        } catch let refused as RefusedRequest {
            return SOAPFault.response(refused.error, kind)
        }
    }

    private func call(_ request: Request, _ context: EdgeContext, _ kind: SOAPKind) async throws -> Response {
        let version = try Self.version(context)
        let bytes = try await request.bytes(upTo: Limits.soapBodyBytesMax)
        let envelope: XMLTree
        do {
            envelope = try XMLTree(bytes)
        } catch {
            throw PlatformError(.invalidOperation, "The request is no SOAP envelope: \(error.message)")
        }
        guard envelope.name == "Envelope", let operation = envelope["Body"]?.children.first else {
            throw PlatformError(.invalidOperation, "The request is no SOAP envelope with a body.")
        }
        if ["login", "setPassword", "resetPassword", "changeOwnPassword"].contains(operation.name) {
            try checkRate(context)
        }
        context.facts.note(operation: String(operation.name.prefix(60)))
        if operation.name == "login" {
            return try await SOAPLogin(shared: shared, kind: kind, version: version)
                .signIn(operation, envelope["Header"], request, context)
        }
        guard let handle = operations[operation.name] else {
            return SOAPFault.unknown(operation, kind)
        }
        let token = envelope["Header"]?["SessionHeader"]?["sessionId"]?.text ?? ""
        guard let session = try await shared.identity.session(token: token) else {
            throw PlatformError(
                .invalidSessionID,
                "Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session key")
        }
        try shared.usage.countOne(of: session.user)
        return try await handle(
            SOAPCall(
                kind: kind, session: session.noted(in: context.facts), operation: operation, header: envelope["Header"],
                token: token,
                request: request, context: context, version: version, shared: shared))
    }

    /// Hashing a password takes time, whoever asks for it.
    private func checkRate(_ context: EdgeContext) throws {
        let wait = logins.waitSeconds(
            for: context.address, limit: shared.usage.quota.signInsPerMinute, at: shared.environment.now())
        if let wait {
            throw PlatformError(.limitExceeded, "Too many logins. Try again in \(wait) seconds.")
        }
    }

    private static func version(_ context: EdgeContext) throws -> Int {
        let text = context.parameters.get("version") ?? ""
        guard text.hasSuffix(".0"), let version = Int(text.dropLast(2)), RESTCall.versions.contains(version) else {
            throw PlatformError(.unsupportedAPIVersion, "Invalid Api version specified on URL")
        }
        return version
    }
}
