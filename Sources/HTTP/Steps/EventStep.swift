import Engine
import HTTPTypes
import Hummingbird
import Records
import Synchronization

/// Tells the event log of each call of an interface for data, and of each page: by whom, of what, how many rows, how long. Nothing
/// of what a record says, and not which record it was: who has seen whom is the access log's to tell.
struct EventStep {
    let engine: Engine?
    let environment: Records.Environment

    /// The kind of its event, and when the request began; nil for what is not told of.
    func begin(_ request: Request) -> (kind: MonitoredEvent.Kind, at: Instant)? {
        guard engine?.keepsEvents == true, let kind = Self.kind(of: request.uri.path) else { return nil }
        return (kind, environment.now())
    }

    func end(
        _ request: Request, _ response: inout Response, _ begun: (kind: MonitoredEvent.Kind, at: Instant),
        _ context: EdgeContext
    ) {
        let status = response.status.code
        guard let length = response.body.contentLength else {
            // What is made while it is sent is not known before it was.
            let body = response.body
            response.body = ResponseBody { writer in
                let sent = Atomic(0)
                defer { record(request, status: status, length: sent.load(ordering: .relaxed), begun, context) }
                let counted = body.map { piece in
                    sent.add(piece.readableBytes, ordering: .relaxed)
                    return piece
                }
                try await counted.write(writer)
            }
            return
        }
        record(request, status: status, length: length, begun, context)
    }

    private func record(
        _ request: Request, status: Int, length: Int, _ begun: (kind: MonitoredEvent.Kind, at: Instant),
        _ context: EdgeContext
    ) {
        var event = MonitoredEvent(begun.kind, at: begun.at)
        let known = context.facts.known
        event.milliseconds = environment.now().milliseconds - begun.at.milliseconds
        event.requestID = context.requestID
        event.user = known.user
        event.application = known.application
        event.purpose = known.purpose
        event.clientIP = context.address
        event.userAgent = request.headers[.userAgent] ?? ""
        event.path = Self.withoutValues(request.uri.path)
        event.method = known.operation.isEmpty ? request.method.rawValue : known.operation
        event.status = status
        event.object = known.object
        event.rows = known.rows
        event.query = known.query
        event.requestBytes = request.headers[.contentLength].flatMap { Int64($0) } ?? 0
        event.responseBytes = Int64(length)
        engine?.record(event)
    }

    /// Signing in has its own events; the state of the server, and the parts of pages, are nobody's deed.
    private static func kind(of path: String) -> MonitoredEvent.Kind? {
        if path.hasPrefix("/services/") {
            if path.hasPrefix("/services/Soap/") { return .soapAPI }
            return path.hasPrefix("/services/oauth2/") ? nil : .restAPI
        }
        let quiet = ["/assets/", "/healthz", "/readyz", "/evidence-key", "/language/", "/density/", "/sign-"]
        return quiet.contains { path.hasPrefix($0) } ? nil : .page
    }

    /// The path with three letters of each id, and nothing behind a field by which records are known.
    static func withoutValues(_ path: String) -> String {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if let place = parts.firstIndex(of: "sobjects"), parts.count > place + 3, RecordID(parts[place + 2]) == nil {
            parts = parts.prefix(place + 3) + ["…"]
        }
        for (place, part) in parts.enumerated() where [15, 18].contains(part.utf8.count) && RecordID(part) != nil {
            parts[place] = part.prefix(3) + "…"
        }
        // An address of a person, or a search, is no name of a resource.
        return parts.map { $0.count > 60 || $0.contains("@") || $0.contains("%") ? "…" : $0 }.joined(separator: "/")
    }
}
