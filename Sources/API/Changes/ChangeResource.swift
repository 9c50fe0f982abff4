import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Records
import ServiceLifecycle
import Synchronization

/// `changes`: what was written, in the order of its transactions, for whoever keeps a copy: asked for from time to time, waited for,
/// or as a stream of server-sent events (WHATWG HTML, section 9.2).
///
/// A change tells which fields were written, with the values that they have now, as the session may see them. A person whose data is
/// restricted is gone, and comes back whole.
struct ChangeResource {
    let shared: Shared
    private let waiting = WaitingClients()

    init(shared: Shared) { self.shared = shared }

    private static let limitDefault = 200
    private static let limitMax = 2000
    private static let waitSecondsMax = 25
    private static let pause: Duration = .milliseconds(250)

    func add(to router: some RouterMethods<EdgeContext>) {
        router.own("changes", get: shared.own(changes))
    }

    @Sendable private func changes(_ call: RESTCall) async throws -> Response {
        let asked = try await Asked(call)
        if call.request.headers[.accept]?.contains("text/event-stream") == true {
            return try stream(asked, call)
        }
        guard let seconds = Int(call.query["wait"] ?? "0"), (0...Self.waitSecondsMax).contains(seconds) else {
            throw PlatformError(.invalidOperation, "wait is a number of seconds from 0 to \(Self.waitSecondsMax).")
        }
        let read =
            try await seconds == 0
            ? asked.read(from: asked.place)
            : waiting.hold {
                try await wait(asked, seconds: seconds)
            }
        let values = try await ChangeValues(of: read.changes, call.session)
        return call.answer { json in
            json.object { json in
                json.key("changes")
                json.array { json in for change in read.changes { values.write(change, into: &json) } }
                json.member("nextReplayId", read.next.text)
            }
        }
    }

    private typealias Read = (changes: [RecordChange], next: ChangePlace)

    /// The first changes behind the place, or none after so many seconds.
    private func wait(_ asked: Asked, seconds: Int) async throws -> Read {
        let end = ContinuousClock.now + .seconds(seconds)
        var read = try await asked.read(from: asked.place)
        while read.changes.isEmpty, ContinuousClock.now < end, !Task.isShuttingDownGracefully {
            try await Task.sleep(for: Self.pause)
            read = try await asked.read(from: read.next)
        }
        return read
    }

    /// Ends after some seconds, and its reader comes again where it was: so a token that was taken back is not good for longer.
    private func stream(_ asked: Asked, _ call: RESTCall) throws -> Response {
        let (waiting, session) = (waiting, call.session)
        let body = ResponseBody { writer in
            try await waiting.hold {
                let end = ContinuousClock.now + .seconds(Self.waitSecondsMax)
                try await writer.write(ByteBuffer(string: "retry: 1000\n: what was written\n\n"))
                var place = asked.place
                while ContinuousClock.now < end, !Task.isShuttingDownGracefully {
                    let read = try await asked.read(from: place)
                    let values = try await ChangeValues(of: read.changes, session)
                    var buffer = ByteBuffer()
                    for change in read.changes {
                        var json = JSONWriter()
                        values.write(change, into: &json)
                        buffer.writeString("id: \(change.place.text)\nevent: change\ndata: ")
                        buffer.writeBytes(json.bytes)
                        buffer.writeString("\n\n")
                    }
                    // A place that has moved on without a change is worth keeping as well.
                    if read.next != place, read.changes.last?.place != read.next {
                        buffer.writeString("id: \(read.next.text)\n\n")
                    }
                    if buffer.readableBytes > 0 { try await writer.write(buffer) }
                    place = read.next
                    if read.changes.isEmpty { try await Task.sleep(for: Self.pause) }
                }
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
    }

    /// What a call asks for.
    private struct Asked: Sendable {
        let session: Session
        let place: ChangePlace
        let objects: Set<String>?
        let limit: Int

        /// `replayId` and `Last-Event-ID` are as they were answered; −1 is now, −2 from the beginning, as on the platform.
        init(_ call: RESTCall) async throws {
            session = call.session
            objects = call.query["objects"].map { names in
                Set(names.split(separator: ",").map { $0.trimmingSpaces() })
            }
            guard let limit = call.query["limit"].map({ Int($0) }) ?? ChangeResource.limitDefault,
                (1...ChangeResource.limitMax).contains(limit)
            else { throw PlatformError(.invalidOperation, "limit is a number from 1 to \(ChangeResource.limitMax).") }
            self.limit = limit
            let schema = try await session.schema()
            for name in objects ?? [] where schema.object(name)?.isInternal != false {
                throw PlatformError(.invalidType, "sObject type '\(name)' is not supported.")
            }
            switch call.request.headers[.lastEventID] ?? call.query["replayId"] ?? "-1" {
            case "-1": place = try await session.endOfChanges()
            case "-2": place = .start
            case let text:
                guard let place = ChangePlace(text) else {
                    throw PlatformError(
                        .invalidReplicationDate,
                        "replayId is one that was answered, -1 for now, or -2 for the beginning.")
                }
                self.place = place
            }
        }

        func read(from place: ChangePlace) async throws -> (changes: [RecordChange], next: ChangePlace) {
            try await session.changes(after: place, objects: objects, limit: limit)
        }
    }
}

/// How many wait at once: each costs a look into the log, four times a second.
private final class WaitingClients: Sendable {
    private static let max = 200
    private let count = Mutex(0)

    func hold<T>(_ body: () async throws -> T) async throws -> T {
        let isRoom = count.withLock { count in
            guard count < Self.max else { return false }
            count += 1
            return true
        }
        guard isRoom else {
            throw PlatformError(
                .requestLimitExceeded, "\(Self.max) clients wait for changes already. Ask without a wait.")
        }
        defer { count.withLock { $0 -= 1 } }
        return try await body()
    }
}

/// The values that changed fields have now, as the session may see them.
private struct ChangeValues {
    private let records: [RecordID: Record]
    private let schema: Schema

    init(of changes: [RecordChange], _ session: Session) async throws {
        schema = try await session.schema()
        var records: [RecordID: Record] = [:]
        for (name, changes) in Dictionary(grouping: changes.filter { $0.kind != .delete }, by: \.object) {
            guard let object = schema.object(name) else { continue }
            let written = Set(changes.flatMap { Self.fields(of: $0, in: object) })
            let fields = object.fields.map(\.name).filter(written.contains)
            let ids = Array(Set(changes.map(\.record)))
            let found = try await session.retrieve(name, ids, fields: ["Id"] + fields.filter { $0 != "Id" })
            for (id, record) in zip(ids, found) { records[id] = record }
        }
        self.records = records
    }

    /// Those that may be told: of what comes back all. Files are fetched by themselves.
    private static func fields(of change: RecordChange, in object: ObjectSchema) -> [String] {
        let names = change.kind == .undelete ? object.fields.map(\.name) : change.fields
        return names.filter { name in
            guard name != "Id", let field = object.field(name) else { return false }
            return field.type != .base64 && field.type != .address && field.type != .location
        }
    }

    func write(_ change: RecordChange, into json: inout JSONWriter) {
        let record = records[change.record]
        let fields = schema.object(change.object).map { Self.fields(of: change, in: $0) } ?? []
        json.object { json in
            json.member("replayId", change.place.text)
            json.key("ChangeEventHeader")
            json.object { json in
                json.member("entityName", change.object)
                json.key("recordIds")
                json.array { $0.string(change.record.description) }
                json.member("changeType", change.kind.name)
                json.member("transactionKey", String(change.transaction))
                json.key("commitTimestamp")
                json.integer(change.at.milliseconds)
                json.key("commitNumber")
                json.integer(change.place.position)
                json.key("changedFields")
                json.array { json in for field in fields { json.string(field) } }
                json.key("nulledFields")
                json.array { json in
                    for field in fields where record?[field].isNull == true { json.string(field) }
                }
            }
            guard let record else { return }
            for field in fields {
                json.key(field)
                json.value(record[field])
            }
        }
    }
}

extension RecordChange.Kind {
    /// As the platform names it.
    fileprivate var name: String {
        switch self {
        case .create: "CREATE"
        case .update: "UPDATE"
        case .delete: "DELETE"
        case .undelete: "UNDELETE"
        }
    }
}
