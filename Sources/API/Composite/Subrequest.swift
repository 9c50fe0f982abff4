import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import NIOCore
import Records

/// A call inside a composite call.
struct Subrequest: Sendable {
    let method: HTTPRequest.Method
    /// A path below `/services/data/`, with its query; may hold references.
    let url: String
    /// Empty where none is needed.
    let reference: String
    let body: JSONValue?
    let headers: [JSONMember]

    /// - Parameter needsReference: Whether others may refer to it.
    init(_ value: JSONValue, bodyName: String, needsReference: Bool) throws {
        guard let method = value["method"]?.string.flatMap(Self.method) else {
            throw Self.malformed("A subrequest needs a method: GET, POST, PUT, PATCH or DELETE.")
        }
        guard let url = value["url"]?.string, !url.isEmpty else { throw Self.malformed("A subrequest needs a url.") }
        self.method = method
        self.url = url
        body = value[bodyName] == .null ? nil : value[bodyName]
        let headers = value["httpHeaders"] ?? .null
        guard let members = headers == .null ? [] : headers.members else {
            throw Self.malformed("httpHeaders must be an object.")
        }
        self.headers = members
        reference = value["referenceId"]?.string ?? ""
        if needsReference, !Self.isReference(reference) {
            throw Self.malformed(
                "Provided referenceId ('\(reference.prefix(40))') must start with a letter and hold letters, digits and "
                    + "underscores alone.")
        }
    }

    static func malformed(_ message: String) -> PlatformError { PlatformError(.invalidInput, message) }

    private static func method(_ text: String) -> HTTPRequest.Method? {
        let method = HTTPRequest.Method(text.uppercased())
        return [.get, .post, .put, .patch, .delete].contains { $0 == method } ? method : nil
    }

    private static func isReference(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first), text.utf8.count <= 255 else { return false }
        return text.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_") }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }
}

/// What a subrequest was answered.
struct Subanswer: Sendable {
    let reference: String
    let status: Int
    let location: String?
    /// JSON; empty where there is none.
    let body: [UInt8]

    var isFailure: Bool { status >= 300 }

    /// Of a call that was undone, or never made, because of another.
    static func halted(_ reference: String) -> Subanswer {
        refused(
            reference, .processingHalted,
            "The transaction was rolled back since another operation in the same transaction failed.")
    }

    static func refused(_ reference: String, _ code: PlatformError.Code, _ message: String) -> Subanswer {
        var json = JSONWriter()
        json.array { json in
            json.object { json in
                json.member("errorCode", code.name)
                json.member("message", message)
            }
        }
        return Subanswer(reference: reference, status: code.status.code, location: nil, body: json.bytes)
    }

    /// As `composite` tells it.
    func write(into json: inout JSONWriter) {
        json.object { json in
            json.key("body")
            if body.isEmpty { json.null() } else { json.raw(body) }
            json.key("httpHeaders")
            json.object { json in if let location { json.member("Location", location) } }
            json.key("httpStatusCode")
            json.integer(status)
            json.member("referenceId", reference)
        }
    }
}

/// Makes the calls inside a call, one after the other.
struct Subrequests: Sendable {
    let call: RESTCall
    let inner: InnerRequests
    /// The resources that may be asked for, below the version.
    let mayAsk: @Sendable (_ path: Substring) -> Bool

    func answer(_ subrequest: Subrequest, as session: Session, references: References) async -> Subanswer {
        do {
            let request = try request(of: subrequest, references)
            let answer = await inner.answer(request, in: call.context, as: session)
            guard answer.body.isEmpty || answer.headers[.contentType]?.hasPrefix("application/json") == true else {
                throw Subrequest.malformed("A file cannot be fetched inside another call. Fetch it by itself.")
            }
            return Subanswer(
                reference: subrequest.reference, status: answer.status.code, location: answer.headers[.location],
                body: answer.body)
        } catch let error as PlatformError {
            return .refused(subrequest.reference, error.code, error.message)
        } catch {
            return .refused(subrequest.reference, .unknownException, "The subrequest could not be made.")
        }
    }

    private func request(of subrequest: Subrequest, _ references: References) throws -> Request {
        let url = try path(of: references.fill(url: subrequest.url))
        var headers = HTTPFields()
        for header in subrequest.headers {
            guard let name = HTTPField.Name(header.name), let value = header.value.string, Self.mayCarry(name) else {
                throw Subrequest.malformed("The header \(header.name.prefix(60)) cannot be set for a subrequest.")
            }
            headers[name] = value
        }
        var bytes: [UInt8] = []
        if let body = subrequest.body {
            var json = JSONWriter()
            json.tree(try references.fill(body))
            bytes = json.bytes
            headers[.contentType] = "application/json"
        }
        return Request(
            head: HTTPRequest(
                method: subrequest.method, scheme: call.request.head.scheme, authority: call.request.head.authority,
                path: url, headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(bytes: bytes)))
    }

    /// The path with its query below `/services/data`, of a resource that may be asked for here.
    private func path(of url: String) throws -> String {
        let path = url.hasPrefix("/services/data/") ? url : "/services/data/" + url.drop { $0 == "/" }
        let parts = path.dropFirst("/services/data/".count).split(separator: "/", maxSplits: 1)
        guard parts.count == 2, parts[0].hasPrefix("v"), path.utf8.count <= Limits.uriBytesMax,
            path.utf8.allSatisfy({ $0 > 32 && $0 < 127 || $0 >= 128 })
        else {
            throw PlatformError(.notFound, "The requested resource does not exist")
        }
        guard mayAsk(parts[1]) else {
            throw PlatformError(
                .invalidInput, "This resource cannot be asked for inside this call: \(parts[1].prefix(80))")
        }
        return path
    }

    /// Who calls, and the form of the answer, are those of the call around it.
    private static func mayCarry(_ name: HTTPField.Name) -> Bool {
        let name = name.canonicalName
        return name.hasPrefix("sforce-") || name.hasPrefix("if-") || name == "content-type"
    }
}
