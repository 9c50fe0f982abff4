import ArgumentParser
import HTTP

/// How many requests a server takes.
struct QuotaOptions: ParsableArguments {
    @Option(help: "Calls of the data interfaces a day, of everybody together. More are REQUEST_LIMIT_EXCEEDED.")
    var dailyRequests = Limits.dailyRequestsMax
    @Option(help: "The same of one user. Default: as many as everybody.") var dailyRequestsPerUser: Int?
    @Option(help: "Requests of one credential a minute, before it is asked to wait (429).")
    var requestsPerMinute = Limits.requestsPerMinuteMax
    @Option(help: "Requests of one address a minute to where one signs in.")
    var signInsPerMinute = Limits.signInsPerMinuteMax

    func validate() throws {
        guard [dailyRequests, dailyRequestsPerUser ?? 1, requestsPerMinute, signInsPerMinute].allSatisfy({ $0 > 0 })
        else { throw ValidationError("Numbers of requests are from 1 on.") }
    }

    var quota: RequestQuota {
        var quota = RequestQuota()
        quota.daily = dailyRequests
        quota.dailyPerUser = dailyRequestsPerUser
        quota.perMinute = requestsPerMinute
        quota.signInsPerMinute = signInsPerMinute
        return quota
    }
}
