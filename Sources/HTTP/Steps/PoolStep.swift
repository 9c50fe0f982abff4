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
        var path = request.uri.path
        return path.withUTF8 { path in
            guard path.starts(with: "/services/data/v".utf8) else { return false }
            var slashes: (count: Int, third: Int, last: Int) = (0, 0, 0)
            for place in path.indices where path[place] == UInt8(ascii: "/") {
                slashes.count += 1
                if slashes.count == 4 { slashes.third = place }
                slashes.last = place
            }
            guard slashes.count == 6, path[slashes.third...].starts(with: "/sobjects/".utf8) else { return false }
            return [15, 18].contains(path.count - slashes.last - 1)
        }
    }
}
