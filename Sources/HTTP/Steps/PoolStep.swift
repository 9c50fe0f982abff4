import HTTPTypes
public import Hummingbird

/// Has all but the shortest requests worked on in the pool of threads: on the connection's event loop they would hold up
/// the other connections that it serves.
///
/// Short is one row by its id: some microseconds from the key to the last byte, less than it takes to wake a thread.
struct PoolStep {
    let router: any HTTPResponder<EdgeContext>
    /// Answers at once what is short; nil for what takes longer, or the long way's word.
    let short: ShortAnswer?

    func respond(to request: Request, context: EdgeContext) async throws -> Response {
        try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await router.respond(to: request, context: context)
        }
    }

    /// The answer where there is one without a wait.
    func answer(_ request: Request, _ context: EdgeContext) -> Response? {
        guard let short, let row = RowPath(of: request) else { return nil }
        return short(row, request, context)
    }
}

/// Answers a request for one row on the spot; nil leaves it to the router, which also knows why something is not answered.
public typealias ShortAnswer = @Sendable (RowPath, Request, EdgeContext) -> Response?

/// `GET /services/data/v60.0/sobjects/Contact/003000000000001AAA`, taken apart without the router.
public struct RowPath: Sendable {
    /// `v60.0`
    public let version: String
    public let object: String
    public let id: String

    /// Nil for every other request, and where a part is escaped.
    init?(of request: Request) {
        guard request.method == .get else { return nil }
        let path = request.uri.string.utf8.prefix { $0 != UInt8(ascii: "?") }
        guard path.starts(with: "/services/data/v".utf8) else { return nil }
        let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 7, parts[4].elementsEqual("sobjects".utf8), [15, 18].contains(parts[6].count),
            !path.contains(UInt8(ascii: "%"))
        else { return nil }
        version = String(Substring(parts[3]))
        object = String(Substring(parts[5]))
        id = String(Substring(parts[6]))
    }
}
