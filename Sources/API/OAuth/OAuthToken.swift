import Engine
import Formats
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import Identity
import Records

/// `POST /services/oauth2/token`: the password, client credentials and JWT bearer flows of OAuth 2.0.
struct OAuthToken {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.resource("services/oauth2/token", post: token)
    }

    @Sendable private func token(_ request: Request, _ context: EdgeContext) async throws -> Response {
        do {
            return try await grant(request, context)
        } catch let error as OAuthError {
            return error.response
        } catch let refusal as SignInRefusal {
            return Self.error(of: refusal).response
        }
    }

    private func grant(_ request: Request, _ context: EdgeContext) async throws -> Response {
        var form = try await request.form()
        form.append(try request.query())
        let client = Self.client(request, form)
        let grant: AccessGrant
        switch form["grant_type"] {
        case "password":
            guard let username = form["username"], let password = form["password"] else {
                throw OAuthError("invalid_request", "missing required parameter: username or password")
            }
            let application = try await shared.identity.application(
                clientID: client.id, clientSecret: client.secret, address: context.address, flow: .password
            )
            grant = try await shared.identity.signIn(
                username: username, password: password, address: context.address, application: application.signing
            )
        case "client_credentials":
            grant = try await shared.identity.signIn(
                clientID: client.id, clientSecret: client.secret, address: context.address
            )
        case ConnectedApplication.Flow.jwtBearer.rawValue:
            guard let assertion = form["assertion"] else {
                throw OAuthError("invalid_request", "missing required parameter: assertion")
            }
            grant = try await shared.identity.signIn(
                assertion: assertion, audiences: audiences(request, context), address: context.address)
        case nil: throw OAuthError("invalid_request", "missing required parameter: grant_type")
        default: throw OAuthError("unsupported_grant_type", "grant type not supported")
        }
        return answer(grant, secret: client.secret, format: form["format"], request: request, context: context)
    }

    /// Under which names a server of the platform is meant, besides its own.
    private func audiences(_ request: Request, _ context: EdgeContext) -> Set<String> {
        let origin = shared.address.origin(of: request, context: context)
        return [
            origin, "\(origin)/services/oauth2/token", "https://login.salesforce.com", "https://test.salesforce.com",
        ]
    }

    /// What every token may do.
    static let scope = "api id"

    private func answer(
        _ grant: AccessGrant, secret: String, format: String?, request: Request, context: EdgeContext
    ) -> Response {
        let origin = shared.address.origin(of: request, context: context)
        let id = shared.identityURL(of: grant.session.user, origin: origin)
        let issuedAt = String(grant.issuedAt.milliseconds)
        var fields = [
            ("access_token", grant.token), ("instance_url", origin), ("id", id), ("token_type", "Bearer"),
            ("scope", Self.scope), ("issued_at", issuedAt),
        ]
        // Who came without a secret could not check it.
        if !secret.isEmpty {
            fields.append(("signature", Identity.signature(of: id + issuedAt, clientSecret: secret)))
        }
        var headers: HTTPFields = [.cacheControl: "no-store"]
        if format == "urlencoded" {
            let body = fields.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
            headers[.contentType] = "application/x-www-form-urlencoded;charset=UTF-8"
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
        }
        var json = JSONWriter()
        json.object { json in for (name, value) in fields { json.member(name, value) } }
        return .json(json.bytes, headers: headers)
    }

    /// By Basic authentication or in the form.
    static func client(_ request: Request, _ form: FormFields) -> (id: String, secret: String) {
        if let header = request.headers[.authorization], header.lowercased().hasPrefix("basic "),
            let bytes = Data(base64Encoded: header.dropFirst(6).trimmingSpaces()),
            let pair = String(data: bytes, encoding: .utf8), let colon = pair.firstIndex(of: ":")
        {
            return (String(pair[..<colon]), String(pair[pair.index(after: colon)...]))
        }
        return (form["client_id"] ?? "", form["client_secret"] ?? "")
    }

    static func error(of refusal: SignInRefusal) -> OAuthError {
        switch refusal {
        case .wrongCredentials: OAuthError("invalid_grant", "authentication failure")
        case .unknownApplication: OAuthError("invalid_client_id", "client identifier invalid")
        case .wrongClientSecret: OAuthError("invalid_client", "invalid client credentials")
        case .badAssertion(let wrong): OAuthError("invalid_grant", wrong)
        case .flowNotAllowed:
            OAuthError("unauthorized_client", "this application is not registered for this grant type")
        }
    }
}

extension Shared {
    /// `https://HOST/id/ORGANISATION/USER`, under which a user is known to clients.
    func identityURL(of user: RecordID, origin: String) -> String {
        "\(origin)/id/\(identity.organisationID)/\(user)"
    }
}
