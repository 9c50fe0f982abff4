import HTTPTypes
import Hummingbird

/// Has all but the shortest requests worked on in the pool of threads: on the connection's event loop they would hold up
/// the other connections that it serves.
///
/// Short is one row by its id: some microseconds from the key to the last byte, less than it takes to wake a thread.
struct PoolStep {
    let router: any HTTPResponder<EdgeContext>

    func respond(to request: Request, context: EdgeContext) async throws -> Response {
        if Self.isShort(request) { return try await router.respond(to: request, context: context) }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await router.respond(to: request, context: context)
        }
    }

    /// `GET /services/data/v60.0/sobjects/Contact/003000000000001AAA`
    private static func isShort(_ request: Request) -> Bool {
        guard request.method == .get || request.method == .head else { return false }
        let path = request.uri.string.utf8.prefix { $0 != UInt8(ascii: "?") }
        guard path.starts(with: "/services/data/v".utf8) else { return false }
        let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.count == 7 && parts[4].elementsEqual("sobjects".utf8) && [15, 18].contains(parts[6].count)
    }
}
