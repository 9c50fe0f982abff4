import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Records
import Synchronization

/// Requests that want an answer only when something has changed, or want to change only what they know (RFC 9110, section 13).
///
/// The tag of a record is its `SystemModstamp`, which moves with every change of it; that of a description is a hash of it.
enum Conditions {
    /// Asked of every read of a record, so by the length of a name first.
    static func are(in request: Request) -> Bool {
        request.headers.contains { field in
            switch field.name.canonicalName.utf8.count {
            case 8: field.name == .ifMatch
            case 13: field.name == .ifNoneMatch
            case 17: field.name == .ifModifiedSince
            case 19: field.name == .ifUnmodifiedSince
            default: false
            }
        }
    }

    static func tag(of stamp: Instant) -> String { "\"\(stamp.milliseconds)\"" }

    /// 304 where the conditions of a read ask for it; nil where it is to be answered.
    ///
    /// - Parameter changed: In whose second it was changed last.
    /// - Throws: `PRECONDITION_FAILED`.
    static func response(to request: Request, tag: String, changed: Instant) throws -> Response? {
        let headers = request.headers
        let fields: HTTPFields = [.eTag: tag, .lastModified: changed.httpDate]
        if let tags = headers[.ifMatch] {
            guard names(tags, tag) else { throw refused }
        } else if let moment = headers[.ifUnmodifiedSince].flatMap(Instant.init(httpDate:)), isLater(changed, moment) {
            throw refused
        }
        if let tags = headers[.ifNoneMatch] {
            return names(tags, tag) ? Response(status: .notModified, headers: fields) : nil
        }
        if let moment = headers[.ifModifiedSince].flatMap(Instant.init(httpDate:)), !isLater(changed, moment) {
            return Response(status: .notModified, headers: fields)
        }
        return nil
    }

    /// Whether a list of tags names one. Whether it is called weak does not matter here.
    static func names(_ list: String, _ tag: String) -> Bool {
        list.split(separator: ",").contains { part in
            let text = part.trimmingSpaces()
            return text == "*" || text == tag || text == "W/\(tag)"
        }
    }

    private static func isLater(_ changed: Instant, _ moment: Instant) -> Bool {
        changed.milliseconds / 1000 > moment.milliseconds / 1000
    }

    private static let refused = PlatformError(
        .preconditionFailed, "It is no longer what the condition names. Read it again.")
}

extension RESTCall {
    /// What must still be so of a record that is changed or deleted: `If-Match`, or else `If-Unmodified-Since`.
    ///
    /// - Throws: ``PlatformError`` for a tag that no record has.
    func precondition() throws -> Precondition? {
        guard let tags = request.headers[.ifMatch] else {
            // A date that is none is passed over (RFC 9110, section 13.1.4).
            return request.headers[.ifUnmodifiedSince].flatMap(Instant.init(httpDate:)).map { .unmodified(since: $0) }
        }
        let list = tags.split(separator: ",").map { $0.trimmingSpaces() }
        if list == ["*"] { return nil }
        guard list.count == 1, let tag = list.first, let stamp = Int64(tag.filter { $0 != "\"" }),
            Conditions.tag(of: Instant(milliseconds: stamp)) == tag
        else {
            throw PlatformError(.preconditionFailed, "If-Match names nothing that this record has been. Read it again.")
        }
        return .stamped(Instant(milliseconds: stamp))
    }

    /// When a record was changed last, where the answer tells it: of accounts, as on the platform, and where there are conditions.
    func stamp(of id: RecordID) async throws -> Instant? {
        let name = try parameter("object")
        guard name == "Account" || Conditions.are(in: request),
            try await session.schema().object(name)?.field("SystemModstamp") != nil
        else { return nil }
        return try await session.retrieve(name, [id], fields: ["SystemModstamp"])[0]?["SystemModstamp"].datetime
    }

    /// A record, unless the conditions ask for less.
    func answer(record: [UInt8], since stamp: Instant?) throws -> Response {
        guard let stamp else { return answer(record: record) }
        let tag = Conditions.tag(of: stamp)
        if let response = try Conditions.response(to: request, tag: tag, changed: stamp) { return response }
        var response = answer(record: record)
        response.headers[.eTag] = tag
        response.headers[.lastModified] = stamp.httpDate
        return response
    }

    /// A description, unless the conditions ask for less.
    func answerUnlessKnown(_ write: (inout JSONWriter) -> Void) throws -> Response {
        var json = JSONWriter(isIndented: request.headers[.prettyPrint] == "1")
        write(&json)
        let known = shared.descriptions.seen(
            json.bytes, at: request.uri.path, by: session.user, now: shared.environment.now())
        if let response = try Conditions.response(to: request, tag: known.tag, changed: known.since) { return response }
        return .json(json.bytes, headers: [.eTag: known.tag, .lastModified: known.since.httpDate])
    }
}

/// Since when descriptions have been as they are, as far as this process has seen: they depend on the schema, on rights and on words.
final class KnownDescriptions: Sendable {
    private struct Place: Hashable {
        let path: String
        let user: RecordID
    }

    private static let placesMax = 5_000
    private let places = Mutex<[Place: (tag: String, since: Instant)]>([:])

    func seen(_ bytes: [UInt8], at path: String, by user: RecordID, now: Instant) -> (tag: String, since: Instant) {
        let tag = Self.tag(of: bytes)
        return places.withLock { places in
            let place = Place(path: path, user: user)
            if let known = places[place], known.tag == tag { return known }
            if places.count >= Self.placesMax { places.removeAll() }
            places[place] = (tag, now)
            return (tag, now)
        }
    }

    /// FNV-1a, 64 bits: the same in every process.
    private static func tag(of bytes: [UInt8]) -> String {
        let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        return "\"\(String(hash, radix: 16))\""
    }
}
