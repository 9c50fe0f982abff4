import Foundation

/// What an application asks a user to allow, as the browser brings it (RFC 6749, section 4.1.1; RFC 7636; OpenID Connect Core,
/// section 3.1.2.1).
public struct AuthorizationRequest: Sendable {
    public let clientID: String
    public let redirectURI: String?
    public let responseType: String
    public let scopes: String?
    public let state: String?
    public let challenge: String?
    public let challengeMethod: String?
    public let nonce: String?
    public let prompts: Set<String>

    /// - Parameter parameter: Gives a parameter of the request by its name.
    public init(_ parameter: (String) -> String?) {
        clientID = parameter("client_id") ?? ""
        redirectURI = parameter("redirect_uri")
        responseType = parameter("response_type") ?? ""
        scopes = parameter("scope")
        state = parameter("state")
        challenge = parameter("code_challenge")
        challengeMethod = parameter("code_challenge_method")
        nonce = parameter("nonce")
        prompts = Set((parameter("prompt") ?? "").split(separator: " ").map(String.init))
    }
}

/// A request that is in order, to be put before the user.
public struct Authorization: Sendable {
    public let application: ConnectedApplication
    public let redirectURI: String
    public let scopes: Scopes
    public let state: String?
    let challenge: String?
    let nonce: String?

    /// Where the answer leads, as a content security policy names it.
    public var redirectOrigin: String { RedirectURI.origin(redirectURI) ?? "'none'" }

    /// The address that brings the answer to the application.
    public func address(with answer: [(name: String, value: String)]) -> String {
        Self.address(redirectURI, with: answer, state: state)
    }

    fileprivate static func address(_ uri: String, with answer: [(name: String, value: String)], state: String?)
        -> String
    {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        let pairs = (answer + (state.map { [("state", $0)] } ?? [])).map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")"
        }
        return uri + (uri.contains("?") ? "&" : "?") + pairs.joined(separator: "&")
    }
}

/// Why a request to allow something is not put before the user.
public enum AuthorizationRefusal: Error, Equatable {
    /// There is no such application, or it may not lead there: to be told to the user, and to nobody else.
    case unknownApplication
    case wrongRedirect
    /// To be told to the application: the address to lead the browser to.
    case told(address: String)

    init(_ code: String, _ description: String, to request: AuthorizationRequest, at uri: String) {
        self = .told(
            address: Authorization.address(
                uri, with: [("error", code), ("error_description", description)], state: request.state))
    }
}
