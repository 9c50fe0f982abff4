public import Engine
public import Hummingbird
import NIOCore

/// What is known of a request on its way: its id, from where the call comes, and the caller's language.
public struct EdgeContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    private let channel: any Channel
    /// Shown to the caller and in the log, so that the two can be brought together.
    public var requestID: String
    /// The language in which people are answered: `ja` or `en`.
    public var language: String
    /// As whom a request within a request is answered; nil for one that came from outside.
    public var session: Session?
    /// What becomes known of the call while it is answered, for the event log.
    public let facts = CallFacts()

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
        requestID = ""
        language = "en"
    }

    /// The caller's network address; empty where there is none, as in tests. Made at every asking: few requests need it.
    public var address: String { channel.remoteAddress?.ipAddress ?? "" }

    /// Ends the connection when its caller has had time to read an answer.
    func closeSoon() {
        channel.eventLoop.scheduleTask(in: .seconds(Int64(Limits.lingerSeconds))) { [channel] in
            channel.close(promise: nil)
        }
    }

    public var maxUploadSize: Int { Limits.restBodyBytesMax }
}
