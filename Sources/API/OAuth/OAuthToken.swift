import Engine
import Formats
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import Identity
import Records

/// `POST /services/oauth2/token`: a token for every grant of OAuth 2.0 that we know, and a device that waits for its user.
struct OAuthToken {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.resource("services/oauth2/token", post: token)
        router.resource("services/oauth2/device_authorization", post: startDevice)
    }

    @Sendable private func token(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await answered {
            var form = try await request.form()
            form.append(try request.query())
            // As the platform spells a device authorization request.
            if form["response_type"] == "device_code" { return try await device(form, request, context) }
            return try await grant(form, request, context)
        }
    }

    /// RFC 8628, section 3.1.
    @Sendable private func startDevice(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await answered { try await device(try await request.form(), request, context) }
    }

    private func answered(_ body: () async throws -> Response) async throws -> Response {
        do { return try await body() } catch let error as OAuthError {
            return error.response
        } catch let refusal as SignInRefusal {
            return Self.error(of: refusal).response
        }
    }

    private func grant(_ form: FormFields, _ request: Request, _ context: EdgeContext) async throws -> Response {
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
        case ConnectedApplication.Flow.authorizationCode.rawValue:
            guard let code = form["code"] else {
                throw OAuthError("invalid_request", "missing required parameter: code")
            }
            let application = try await application(client, .authorizationCode, context)
            grant = try await shared.identity.redeem(
                code: code, redirectURI: form["redirect_uri"], verifier: form["code_verifier"], by: application)
        case "refresh_token":
            guard let token = form["refresh_token"] else {
                throw OAuthError("invalid_request", "missing required parameter: refresh_token")
            }
            let application = try await application(client, nil, context)
            grant = try await shared.identity.refresh(token, scopes: form["scope"], by: application)
        case "urn:ietf:params:oauth:grant-type:device", "device", ConnectedApplication.Flow.device.rawValue:
            guard let code = form["device_code"] ?? form["code"] else {
                throw OAuthError("invalid_request", "missing required parameter: code")
            }
            let application = try await application(client, .device, context)
            grant = try await shared.identity.redeem(deviceCode: code, by: application)
        case nil: throw OAuthError("invalid_request", "missing required parameter: grant_type")
        default: throw OAuthError("unsupported_grant_type", "grant type not supported")
        }
        return try answer(grant, client, format: form["format"], request: request, context: context)
    }

    private func application(
        _ client: (id: String, secret: String), _ flow: ConnectedApplication.Flow?, _ context: EdgeContext
    ) async throws -> ConnectedApplication {
        try await shared.identity.application(
            clientID: client.id, clientSecret: client.secret, address: context.address, flow: flow, mayBePublic: true)
    }

    private func device(_ form: FormFields, _ request: Request, _ context: EdgeContext) async throws -> Response {
        let client = Self.client(request, form)
        // A device has no secret to keep before its user has spoken; whoever sends one proves it.
        let application = try await shared.identity.application(
            clientID: client.id, clientSecret: client.secret, address: context.address, flow: .device,
            mayBePublic: true)
        let device = try await shared.identity.startDevice(application, scopes: form["scope"])
        let page = shared.address.origin(of: request, context: context) + "/device"
        var json = JSONWriter()
        json.object { json in
            json.member("device_code", device.deviceCode)
            json.member("user_code", device.userCode)
            json.member("verification_uri", page)
            json.member("verification_uri_complete", "\(page)?user_code=\(device.userCode)")
            json.key("expires_in")
            json.integer(Int64(device.seconds))
            json.key("interval")
            json.integer(Int64(device.intervalSeconds))
        }
        return .json(json.bytes, headers: [.cacheControl: "no-store"])
    }

    /// Under which names a server of the platform is meant, besides its own.
    private func audiences(_ request: Request, _ context: EdgeContext) -> Set<String> {
        let origin = shared.address.origin(of: request, context: context)
        return [
            origin, "\(origin)/services/oauth2/token", "https://login.salesforce.com", "https://test.salesforce.com",
        ]
    }

    private func answer(
        _ grant: AccessGrant, _ client: (id: String, secret: String), format: String?, request: Request,
        context: EdgeContext
    ) throws -> Response {
        let origin = shared.address.origin(of: request, context: context)
        let id = shared.identityURL(of: grant.session.user, origin: origin)
        let issuedAt = String(grant.issuedAt.milliseconds)
        var fields = [
            ("access_token", grant.token), ("instance_url", origin), ("id", id), ("token_type", "Bearer"),
            ("scope", grant.scopes.text), ("issued_at", issuedAt),
        ]
        if let token = grant.refreshToken { fields.append(("refresh_token", token)) }
        if grant.scopes.contains(.openid) {
            let token = try shared.identity.idToken(for: grant, issuer: origin, subject: id, audience: client.id)
            fields.append(("id_token", token))
        }
        // Who came without a secret could not check it.
        if !client.secret.isEmpty {
            fields.append(("signature", Identity.signature(of: id + issuedAt, clientSecret: client.secret)))
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
        case .badAssertion(let wrong), .badGrant(let wrong): OAuthError("invalid_grant", wrong)
        case .addressNotAllowed: OAuthError("invalid_grant", "ip restricted or invalid login hours")
        case .wrongRedirect:
            OAuthError("redirect_uri_mismatch", "redirect_uri must match the one of the authorization")
        case .badScope: OAuthError("invalid_scope", "the requested scope is not allowed")
        case .authorizationPending: OAuthError("authorization_pending", "the user has not decided yet")
        case .slowDown: OAuthError("slow_down", "polling too quickly: wait five seconds longer each time")
        case .accessDenied: OAuthError("access_denied", "the user has refused")
        case .deviceExpired: OAuthError("expired_token", "expired device code")
        case .purposeNotAllowed:
            OAuthError("invalid_grant", "the user may not work under the purposes of the application")
        case .wrongCode, .stepOver: OAuthError("invalid_grant", "authentication failure")
        case .secondFactorNeeded:
            OAuthError("invalid_grant", "a second factor is required: set one up on the pages first")
        case .badPasskey(let wrong): OAuthError("invalid_grant", wrong)
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
