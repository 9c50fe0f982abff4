import Engine
import Formats
import HTTP
import Hummingbird
import Records

/// Our own resources, under `/services/azukari/v1`: what the platform's interface has no words for.
extension Shared {
    /// A handler behind the token. Bodies and answers are as in REST; the version is our own.
    func own(_ handle: @escaping @Sendable (RESTCall) async throws -> Response) -> Handler {
        { request, context in
            let session = try await self.session(of: request).noted(in: context.facts)
            return try await handle(
                RESTCall(
                    request: request, context: context, session: session, version: RESTCall.versions.upperBound,
                    query: request.query(), shared: self
                )
            )
        }
    }
}

extension RouterMethods where Context == EdgeContext {
    /// A resource below `/services/azukari/v1/`.
    func own(_ path: String, get: Handler? = nil, post: Handler? = nil) {
        resource(RouterPath("services/azukari/v1/\(path)"), get: get, post: post)
    }
}

extension RESTCall {
    /// The id in the path, of whatever object.
    func anyID() throws -> RecordID {
        guard let id = RecordID(try parameter("id")) else {
            throw PlatformError(.notFound, "The requested resource does not exist")
        }
        return id
    }

    /// A body that may be left out.
    func optionalBody() async throws -> JSONValue {
        let bytes = try await request.bytes(upTo: Limits.formBodyBytesMax)
        if bytes.isEmpty { return .object([]) }
        do {
            return try JSONValue(bytes, bytesMax: Limits.formBodyBytesMax)
        } catch {
            throw PlatformError(
                .jsonParserError, "\(error.message) at [line:\(error.line ?? 1), column:\(error.column ?? 1)]"
            )
        }
    }
}

extension JSONValue {
    /// A text that must be there.
    func required(_ name: String) throws -> String {
        guard let text = self[name]?.string, !text.isEmpty else {
            throw PlatformError(.missingArgument, "The member '\(name)' is missing.", fields: [name])
        }
        return text
    }
}
