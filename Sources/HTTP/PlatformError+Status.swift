public import Hummingbird
public import Records

extension PlatformError.Code {
    /// The status with which the platform answers the code. Everything that is about the request's content is 400.
    public var status: HTTPResponse.Status {
        switch self {
        case .invalidSessionID: .unauthorized
        case .insufficientAccess, .functionalityNotEnabled, .limitExceeded, .requestLimitExceeded,
            .storageLimitExceeded:
            .forbidden
        case .notFound, .entityIsDeleted: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .preconditionFailed, .batchProcessingHalted: .preconditionFailed
        case .unsupportedAPIVersion: .gone
        case .unsupportedMediaType: .unsupportedMediaType
        case .unknownException: .internalServerError
        case .serverUnavailable: .serviceUnavailable
        default: .badRequest
        }
    }
}

/// An error with a status of its own, where HTTP knows better than the platform's code: 413, 414, 429.
public struct RefusedRequest: Error {
    public let status: HTTPResponse.Status
    public let error: PlatformError
    public let headers: HTTPFields

    public init(status: HTTPResponse.Status, error: PlatformError, headers: HTTPFields = [:]) {
        self.status = status
        self.error = error
        self.headers = headers
    }
}
