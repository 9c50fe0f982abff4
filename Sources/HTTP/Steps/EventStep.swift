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

    /// A request whose event is to be told.
    struct Begun: Sendable {
        let kind: MonitoredEvent.Kind
        let at: Instant
        let path: String
    }

    /// The kind of its event, and when the request began; nil for what is not told of.
    func begin(_ request: Request) -> Begun? {
        guard engine?.keepsEvents == true else { return nil }
        let path = request.uri.path
        return Self.kind(of: path.utf8).map { Begun(kind: $0, at: environment.now(), path: path) }
    }

    func end(_ request: Request, _ response: inout Response, _ begun: Begun, _ context: EdgeContext) {
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

    private func record(_ request: Request, status: Int, length: Int, _ begun: Begun, _ context: EdgeContext) {
        var event = MonitoredEvent(begun.kind, at: begun.at)
        let known = context.facts.known
        event.milliseconds = environment.now().milliseconds - begun.at.milliseconds
        event.requestID = context.requestID
        event.user = known.user
        event.application = known.application
        event.purpose = known.purpose
        event.clientIP = context.address
        event.userAgent = request.headers.only(.userAgent) ?? ""
        event.path = begun.path
        event.method = known.operation.isEmpty ? request.method.rawValue : known.operation
        event.status = status
        event.object = known.object
        event.rows = known.rows
        event.query = known.query
        event.requestBytes = request.headers.only(.contentLength).flatMap { Int64($0) } ?? 0
        event.responseBytes = Int64(length)
        engine?.record(event)
    }

    /// Signing in has its own events; the state of the server, and the parts of pages, are nobody's deed.
    private static func kind(of path: String.UTF8View) -> MonitoredEvent.Kind? {
        if path.starts(with: services) {
            if path.starts(with: soap) { return .soapAPI }
            return path.starts(with: signOn) ? nil : .restAPI
        }
        return quiet.contains { path.starts(with: $0) } ? nil : .page
    }

    private static let services = Array("/services/".utf8)
    private static let soap = Array("/services/Soap/".utf8)
    private static let signOn = Array("/services/oauth2/".utf8)
    private static let quiet = [
        "/assets/", "/healthz", "/readyz", "/evidence-key", "/language/", "/density/", "/sign-",
    ].map { Array($0.utf8) }
}
