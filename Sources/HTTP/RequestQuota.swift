/// How many requests are taken, as whoever runs the server has it.
public struct RequestQuota: Sendable {
    /// Calls of the data interfaces a day, by UTC, of everybody together.
    public var daily = Limits.dailyRequestsMax
    /// The same of one user; nil: as many as everybody.
    public var dailyPerUser: Int?
    /// Requests of one credential a minute.
    public var perMinute = Limits.requestsPerMinuteMax
    /// Requests a minute of one address to the doors where one signs in.
    public var signInsPerMinute = Limits.signInsPerMinuteMax

    public init() {}
}
