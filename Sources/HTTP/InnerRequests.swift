public import Engine
public import Hummingbird
import NIOCore
import Synchronization

/// Requests within a request: answered by the same routes and in the same form as if each had come by itself.
public struct InnerRequests: Sendable {
    private let router: any HTTPResponder<EdgeContext>
    private let errors: ErrorFormStep

    /// What one of them is answered.
    public struct Answer: Sendable {
        public let status: HTTPResponse.Status
        public let headers: HTTPFields
        /// Empty where there is no body.
        public let body: [UInt8]
    }

    public init(router: some HTTPResponder<EdgeContext>, form: any ErrorForm) {
        self.router = router
        errors = ErrorFormStep(forms: [form])
    }

    /// - Parameters:
    ///   - context: Of the request around it.
    ///   - session: As whom it is answered.
    public func answer(_ request: Request, in context: EdgeContext, as session: Session) async -> Answer {
        var context = context
        context.session = session
        var response: Response
        do {
            response = try await router.respond(to: request, context: context)
            try errors.refuseUnknown(request, response)
        } catch {
            response = errors.answer(error, to: request, context: context)
        }
        let body = Mutex<[UInt8]>([])
        do {
            try await response.body.write(Collector(add: { bytes in body.withLock { $0 += bytes } }))
        } catch {
            response = errors.answer(error, to: request, context: context)
            body.withLock { $0 = [] }
            try? await response.body.write(Collector(add: { bytes in body.withLock { $0 += bytes } }))
        }
        return Answer(status: response.status, headers: response.headers, body: body.withLock { $0 })
    }

    private struct Collector: ResponseBodyWriter {
        let add: @Sendable (ByteBufferView) -> Void

        mutating func write(_ buffer: ByteBuffer) async throws { add(buffer.readableBytesView) }
        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}
