import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import Records

/// The one place where errors become answers: the status from the code, the form from the path.
struct ErrorFormStep {
    /// The longest prefix first.
    private let forms: [any ErrorForm]

    init(forms: [any ErrorForm]) {
        self.forms = forms.sorted { $0.prefix.utf8.count > $1.prefix.utf8.count }
    }

    /// The router itself answers without a body where nothing is found: that is an error like others.
    func refuseUnknown(_ request: Request, _ response: Response) throws {
        guard response.status == .notFound, response.body.contentLength == 0, request.method != .head else { return }
        guard Self.methods.contains(request.method) else {
            let allowed = Self.methods.map(\.rawValue).joined(separator: ", ")
            throw RefusedRequest(
                status: .methodNotAllowed,
                error: PlatformError(.methodNotAllowed, "HTTP Method '\(request.method.rawValue)' not allowed."),
                headers: [.allow: allowed])
        }
        throw PlatformError(.notFound, "The requested resource does not exist")
    }

    /// Those that some resource has.
    private static let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete]

    /// The answer that an error becomes.
    func answer(_ error: any Error, to request: Request, context: EdgeContext) -> Response {
        let refused: RefusedRequest
        var all: [PlatformError]?
        switch error {
        case let error as PlatformError: refused = RefusedRequest(status: error.code.status, error: error)
        case let errors as PlatformErrors:
            refused = RefusedRequest(status: errors.errors[0].code.status, error: errors.errors[0])
            all = errors.errors
        case let error as RefusedRequest: refused = error
        case is NIOTooManyBytesError: refused = .bodyTooLarge
        case is HTTPParserError:
            refused = RefusedRequest(
                status: .badRequest,
                error: PlatformError(
                    .invalidOperation, "The body ended before its end, or is not framed as HTTP wants it."))
        case let error as HTTPError:
            refused = RefusedRequest(
                status: error.status,
                error: PlatformError(error.status == .notFound ? .notFound : .invalidOperation, error.body ?? "")
            )
        default: refused = unknown(error, context: context)
        }
        if refused.status == .internalServerError { log(refused.error, context: context) }
        guard let form = forms.first(where: { request.uri.path.hasPrefix($0.prefix) }) else {
            return Response(status: refused.status, headers: refused.headers)
        }
        var response = form.response(all ?? [refused.error], status: refused.status, context: context)
        response.headers.append(contentsOf: refused.headers)
        return response
    }

    /// The error's own text stays in the log: it may tell of paths, statements or people.
    private func unknown(_ error: any Error, context: EdgeContext) -> RefusedRequest {
        let type = String(reflecting: type(of: error))
        return RefusedRequest(
            status: .internalServerError,
            error: PlatformError(
                .unknownException,
                "An unexpected error occurred. Please include this ErrorId if you contact support: \(context.requestID)",
                detail: type
            )
        )
    }

    private func log(_ error: PlatformError, context: EdgeContext) {
        context.logger.error(
            "unexpected error",
            metadata: ["id": "\(context.requestID)", "detail": "\(error.detail ?? error.code.name)"]
        )
    }
}

extension RefusedRequest {
    /// 413.
    public static let bodyTooLarge = RefusedRequest(
        status: .contentTooLarge,
        error: PlatformError(
            .operationTooLarge, "The body is larger than this resource takes. Send it in parts, or as a bulk job."
        )
    )
}
