import Hummingbird
import Records

/// Counts the calls of the data API and tells the count with every answer, errors too.
struct UsageStep {
    let usage: RequestUsage

    /// The count with this call; nil when it is none of the data API.
    func count(_ request: Request) -> Int? {
        request.uri.path.hasPrefix("/services/data/v") ? usage.countOne() : nil
    }

    func add(_ calls: Int, to response: inout Response) {
        response.headers[.sforceLimitInfo] = "api-usage=\(calls)/\(Limits.dailyRequestsMax)"
    }
}
