import Hummingbird
import Records

/// Counts the calls of the data interfaces, refuses those beyond the day's, and tells the count with every answer of REST, errors too.
struct UsageStep {
    let usage: RequestUsage

    private static let prefixes = ["/services/data/v", "/services/Soap/", "/services/async/"]

    /// The count with this call; nil when it is none of the data interfaces.
    func count(_ request: Request) -> Int? {
        let path = request.uri.path
        return Self.prefixes.contains { path.hasPrefix($0) } ? usage.countOne() : nil
    }

    /// - Throws: `REQUEST_LIMIT_EXCEEDED` when the day's calls are spent.
    func check(_ calls: Int?) throws {
        guard let calls, calls > usage.quota.daily else { return }
        throw PlatformError(.requestLimitExceeded, "TotalRequests Limit exceeded.")
    }

    func add(_ calls: Int, to response: inout Response, of request: Request) {
        guard request.uri.path.hasPrefix(Self.prefixes[0]) else { return }
        response.headers[.sforceLimitInfo] = "api-usage=\(calls)/\(usage.quota.daily)"
    }
}
