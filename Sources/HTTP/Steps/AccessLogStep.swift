import HTTPTypes
import Hummingbird
import Logging
import Records

/// One line a request: id, method, path without its query, status, time. Nothing that could be about a person: paths are
/// shortened where they carry an external id, and of the headers only the client's name is kept.
struct AccessLogStep {
    let environment: Records.Environment

    /// When the request began; nil where its line would not be kept.
    func begin(_ context: EdgeContext) -> Instant? {
        context.logger.logLevel <= .info ? environment.now() : nil
    }

    func end(_ request: Request, _ response: Response, began: Instant, _ context: EdgeContext) {
        context.logger.info(
            "request",
            metadata: [
                "id": "\(context.requestID)",
                "method": "\(request.method)",
                "path": "\(Self.withoutValues(request.uri.path))",
                "status": "\(response.status.code)",
                "milliseconds": "\(environment.now().milliseconds - began.milliseconds)",
                "agent": "\((request.headers[.userAgent] ?? "").prefix(60))",
            ]
        )
    }

    /// `…/sobjects/Contact/Ext__c/‹withheld›`: an external id may be a name or a number of a person.
    private static func withoutValues(_ path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let place = parts.firstIndex(of: "sobjects"), parts.count > place + 3 else { return path }
        return parts.prefix(place + 3).joined(separator: "/") + "/‹withheld›"
    }
}
