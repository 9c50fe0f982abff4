import HTTPTypes
import Hummingbird
import Records

/// Asks callers who come too fast to wait: by address at the doors where one signs in, by credential elsewhere.
struct RateLimitStep {
    private let quota: RequestQuota
    private let environment: Records.Environment
    private let rate = RequestRate()

    init(quota: RequestQuota, environment: Records.Environment) {
        self.quota = quota
        self.environment = environment
    }

    func check(_ request: Request, _ context: EdgeContext) throws {
        let (caller, limit) = share(of: request, context)
        if let seconds = rate.waitSeconds(for: caller, limit: limit, at: environment.now()) {
            throw RefusedRequest(
                status: .tooManyRequests,
                error: PlatformError(.limitExceeded, "Too many requests. Try again in \(seconds) seconds."),
                headers: [.retryAfter: String(seconds)]
            )
        }
    }

    /// Who the caller is to the count, and how much is theirs.
    private func share(of request: Request, _ context: EdgeContext) -> (caller: String, limit: Int) {
        if request.method == .post && Self.isSignIn(request.uri.path) {
            return ("in \(context.address)", quota.signInsPerMinute)
        }
        guard let credential = request.headers.only(.authorization) else {
            return (context.address, Limits.anonymousRequestsPerMinuteMax)
        }
        return (credential, quota.perMinute)
    }

    private static func isSignIn(_ path: String) -> Bool {
        ["/services/oauth2/token", "/services/oauth2/device_authorization", "/sign-in", "/prove"].contains {
            path.hasPrefix($0)
        }
    }
}
