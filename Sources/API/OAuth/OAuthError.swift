import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Records

/// A refusal in the words of RFC 6749, section 5.2.
struct OAuthError: Error {
    let code: String
    let description: String

    init(_ code: String, _ description: String) {
        self.code = code
        self.description = description
    }

    var response: Response { Self.response(code, description, status: .badRequest) }

    static func response(_ code: String, _ description: String, status: HTTPResponse.Status) -> Response {
        var json = JSONWriter()
        json.object { json in
            json.member("error", code)
            json.member("error_description", description)
        }
        return .json(json.bytes, status: status, headers: [.cacheControl: "no-store"])
    }
}

/// `{"error":…,"error_description":…}`: always JSON, even when the request was nonsense.
struct OAuthErrorForm: ErrorForm {
    let prefix = "/services/oauth2"

    func response(_ errors: [PlatformError], status: HTTPResponse.Status, context: EdgeContext) -> Response {
        let error = errors[0]
        let code =
            switch error.code {
            case .limitExceeded: "rate_limit_exceeded"
            case .invalidLogin: "invalid_grant"
            case .unknownException, .serverUnavailable: "server_error"
            default: "invalid_request"
            }
        return OAuthError.response(code, error.message, status: status)
    }
}
