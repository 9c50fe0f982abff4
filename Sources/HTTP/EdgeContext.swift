public import Engine
public import Hummingbird
import NIOCore

/// What is known of a request on its way: its id, who calls from where, and the session once it is proven.
public struct EdgeContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// The caller's network address; empty where there is none, as in tests.
    public let address: String
    /// Shown to the caller and in the log, so that the two can be brought together.
    public var requestID: String
    /// Set by the middleware that proves it; nil before, and where nobody signed in.
    public var session: Session?
    /// The language in which people are answered: `ja` or `en`.
    public var language: String

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? ""
        requestID = ""
        session = nil
        language = "en"
    }

    public var maxUploadSize: Int { Limits.restBodyBytesMax }
}
