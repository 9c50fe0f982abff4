import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Identity
import Records

/// A call under `/services/data/vV`: by whom, in which version, and how its answer is written.
struct RESTCall: Sendable {
    /// Versions are answered alike; clients far apart in age work side by side.
    static let versions = 31...68

    let request: Request
    let context: EdgeContext
    let session: Session
    /// `59`
    let version: Int
    let query: FormFields
    let shared: Shared

    /// `https://HOST`, as the caller reaches this server.
    var origin: String { shared.address.origin(of: request, context: context) }

    /// `/services/data/v59.0`
    var base: String { "/services/data/v\(version).0" }

    /// A part of the path, percent-decoded.
    func parameter(_ name: String) throws -> String {
        guard let raw = context.parameters.get(name), let text = PercentEncoding.decode(raw, plusIsSpace: false) else {
            throw PlatformError(.notFound, "The requested resource does not exist")
        }
        return text
    }

    /// The object that the path names, as this session may see it.
    func object() async throws -> ObjectSchema {
        let name = try parameter("object")
        guard let object = try await session.schema().object(name), !object.isInternal else {
            throw PlatformError(.notFound, "The requested resource does not exist")
        }
        return object
    }

    /// The body as an object. Anything else is `JSON_PARSER_ERROR`.
    func bodyObject(upTo limit: Int = Limits.restBodyBytesMax) async throws -> [JSONMember] {
        guard let members = try await body(upTo: limit).members else {
            throw PlatformError(.jsonParserError, "The body must be a JSON object at [line:1, column:1]")
        }
        return members
    }

    /// The body as any JSON.
    func body(upTo limit: Int = Limits.restBodyBytesMax) async throws -> JSONValue {
        let bytes = try await request.bytes(upTo: limit)
        do {
            return try JSONValue(bytes, bytesMax: limit)
        } catch {
            throw PlatformError(
                .jsonParserError, "\(error.message) at [line:\(error.line ?? 1), column:\(error.column ?? 1)]")
        }
    }

    /// An answer in JSON.
    func answer(
        _ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], _ write: (inout JSONWriter) throws -> Void
    ) rethrows -> Response {
        var json = JSONWriter(isIndented: request.headers[.prettyPrint] == "1")
        try write(&json)
        return .json(json.bytes, status: status, headers: headers)
    }

    /// The session for writes: with `Sforce-Duplicate-Rule-Header: allowSave=true` it writes what duplicate rules alert to.
    var writer: Session {
        let options = request.headers[.sforceDuplicateRuleHeader]?.lowercased().filter { $0 != " " } ?? ""
        return options.split(whereSeparator: { $0 == "," || $0 == ";" }).contains("allowsave=true")
            ? session.allowingDuplicates() : session
    }

    /// How the records of the answer are written.
    var records: JSONRecords { JSONRecords(base: base, layouts: shared.layouts) }

    /// An answer that is one record, as ``records`` made it.
    func answer(record: [UInt8]) -> Response {
        guard request.headers[.prettyPrint] == "1" else { return .json(record) }
        return answer { $0.raw(record) }
    }

    /// 204.
    var empty: Response { Response(status: .noContent) }
}

extension Shared {
    /// A handler behind the token and the version.
    func rest(_ handle: @escaping @Sendable (RESTCall) async throws -> Response) -> Handler {
        { request, context in
            let version = try Self.version(context.parameters.get("version"))
            let known: Session
            if let own = context.session {
                known = own
            } else if let remembered = Self.token(of: request).flatMap(self.identity.rememberedSession) {
                known = remembered
            } else {
                known = try await self.session(of: request)
            }
            // A call inside another was counted with it.
            var session = known
            if context.session == nil {
                try self.usage.countOne(of: session.user)
                session = session.noted(in: context.facts)
            }
            return try await handle(
                RESTCall(
                    request: request, context: context, session: session, version: version, query: request.query(),
                    shared: self
                )
            )
        }
    }

    /// The session of the token in `Authorization: Bearer T` or `OAuth T`.
    func session(of request: Request) async throws -> Session {
        guard let token = Self.token(of: request), let session = try await identity.session(token: token) else {
            throw PlatformError(.invalidSessionID, "Session expired or invalid")
        }
        return session
    }

    static func token(of request: Request) -> String? {
        guard let header = request.headers.only(.authorization),
            let end = header.utf8.firstIndex(of: UInt8(ascii: " "))
        else { return nil }
        // The bit that tells small letters from capitals is set.
        let scheme = header.utf8[..<end].lazy.map { $0 | 0x20 }
        guard scheme.elementsEqual("bearer".utf8) || scheme.elementsEqual("oauth".utf8) else { return nil }
        return String(Substring(header.utf8[end...].drop { $0 == UInt8(ascii: " ") }))
    }

    static func version(_ text: String?) throws -> Int {
        guard let text, text.hasPrefix("v"), text.hasSuffix(".0"), let number = Int(text.dropFirst().dropLast(2)) else {
            throw PlatformError(.notFound, "The requested resource does not exist")
        }
        if number > 0 && number < RESTCall.versions.lowerBound {
            throw PlatformError(
                .unsupportedAPIVersion,
                "Version \(number).0 is retired. Served are \(RESTCall.versions.lowerBound).0 to "
                    + "\(RESTCall.versions.upperBound).0."
            )
        }
        guard RESTCall.versions.contains(number) else {
            throw PlatformError(.notFound, "The requested resource does not exist")
        }
        return number
    }
}

extension Response {
    /// Bytes of JSON, as REST and OAuth send them.
    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/json;charset=UTF-8"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

extension RouterMethods where Context == EdgeContext {
    /// A resource below `/services/data/vV/`.
    func rest(
        _ path: String, get: Handler? = nil, post: Handler? = nil, put: Handler? = nil, patch: Handler? = nil,
        delete: Handler? = nil
    ) {
        resource(
            RouterPath("services/data/:version/\(path)"), get: get, post: post, put: put, patch: patch, delete: delete
        )
    }
}
