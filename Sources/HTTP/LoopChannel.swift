public import HummingbirdCore
public import Logging
public import NIOCore

/// HTTP/1.1 whose tasks run on the event loop of their connection: a request that needs nobody else is read, answered and
/// written without a second thread.
///
/// What takes longer must leave the loop, which serves other connections too: see `PoolStep`.
public struct LoopChannel: ServerChildChannel {
    private let base: HTTP1Channel

    public init(_ base: HTTP1Channel) { self.base = base }

    public func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        base.setup(channel: channel, logger: logger)
    }

    public func handle(value: HTTP1Channel.Value, logger: Logger) async {
        let executor = LoopExecutor(loop: value.channel.eventLoop)
        await withTaskExecutorPreference(executor) { await base.handle(value: value, logger: logger) }
    }
}

extension HTTPServerBuilder {
    /// A server of ``LoopChannel``s.
    public static func loops(configuration: HTTP1Channel.Configuration) -> HTTPServerBuilder {
        var configuration = configuration
        configuration.additionalChannelHandlers = { [TurnOfWrites()] }
        return HTTPServerBuilder { [configuration] responder in
            LoopChannel(HTTP1Channel(responder: responder, configuration: configuration))
        }
    }
}

/// An event loop as a place for tasks.
private final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// Sends what a connection wrote when the loop has worked off the requests that came in together with its own.
///
/// Sent one by one, each answer wakes its reader, who takes the processor from the answers that are still to be made.
private final class TurnOfWrites: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = Any

    private var isWaiting = false

    func flush(context: ChannelHandlerContext) {
        if isWaiting { return }
        isWaiting = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.execute {
            let (handler, context) = bound.value
            handler.send(context)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        send(context)
        context.close(mode: mode, promise: promise)
    }

    private func send(_ context: ChannelHandlerContext) {
        guard isWaiting else { return }
        isWaiting = false
        context.flush()
    }
}
