import Crypto
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

/// Proof that whoever redeems a code is who asked for it (RFC 7636). `plain` is not taken.
enum ProofKey {
    /// A digest in Base64 for addresses: 43 letters.
    static func isChallenge(_ text: String) -> Bool { text.utf8.count == 43 && text.utf8.allSatisfy(isUnreserved) }

    /// - Parameter verifier: Of 43 to 128 letters.
    static func isRight(_ verifier: String, for challenge: String) -> Bool {
        guard (43...128).contains(verifier.utf8.count), verifier.utf8.allSatisfy(isUnreserved) else { return false }
        let digest = Base64URL.encode(SHA256.hash(data: Data(verifier.utf8)))
        return Secret.areEqual(Array(digest.utf8), Array(challenge.utf8))
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~")].contains(byte)
        }
    }
}

/// Base64 with the alphabet for addresses, without padding (RFC 7515, section 2).
enum Base64URL {
    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func decode(_ text: some StringProtocol) -> Data? {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") }) else {
            return nil
        }
        let plain = String(text).replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4))
    }
}
