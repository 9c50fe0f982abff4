import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Identity
import Records

/// How applications find what they need to sign users in (OpenID Connect Discovery 1.0; RFC 8414), the key that checks ID tokens, and
/// the way to the page where a user allows an application.
struct OpenIDDiscovery {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.resource(".well-known/openid-configuration", get: configuration)
        router.resource(".well-known/oauth-authorization-server", get: configuration)
        router.resource("id/keys", get: keys)
        router.resource("services/oauth2/authorize", get: authorize, post: authorize)
    }

    @Sendable private func configuration(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let origin = shared.address.origin(of: request, context: context)
        var json = JSONWriter()
        json.object { json in
            json.member("issuer", origin)
            for (name, place) in [
                ("authorization_endpoint", "authorize"), ("token_endpoint", "token"), ("revocation_endpoint", "revoke"),
                ("userinfo_endpoint", "userinfo"), ("introspection_endpoint", "introspect"),
                ("device_authorization_endpoint", "device_authorization"),
            ] {
                json.member(name, "\(origin)/services/oauth2/\(place)")
            }
            json.member("jwks_uri", "\(origin)/id/keys")
            for (name, values) in [
                ("scopes_supported", Scopes.names), ("response_types_supported", ["code"]),
                ("response_modes_supported", ["query"]), ("subject_types_supported", ["public"]),
                (
                    "grant_types_supported",
                    ConnectedApplication.Flow.allCases.map(\.rawValue).sorted() + ["refresh_token"]
                ),
                ("id_token_signing_alg_values_supported", ["RS256"]), ("code_challenge_methods_supported", ["S256"]),
                (
                    "token_endpoint_auth_methods_supported",
                    ["client_secret_basic", "client_secret_post", "none"]
                ),
                ("ui_locales_supported", ["ja", "en"]),
                (
                    "claims_supported",
                    [
                        "sub", "user_id", "organization_id", "preferred_username", "nickname", "name", "email",
                        "email_verified", "given_name", "family_name", "zoneinfo", "language", "locale", "updated_at",
                    ]
                ),
            ] {
                json.key(name)
                json.array { json in for value in values { json.string(value) } }
            }
        }
        return .json(json.bytes)
    }

    @Sendable private func keys(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let key = try shared.identity.openIDKey()
        var json = JSONWriter()
        json.object { json in
            json.key("keys")
            json.array { json in
                json.object { json in
                    for (name, value) in [
                        ("kty", "RSA"), ("use", "sig"), ("alg", "RS256"), ("kid", key.id), ("n", key.modulus),
                        ("e", key.exponent),
                    ] {
                        json.member(name, value)
                    }
                }
            }
        }
        return .json(json.bytes)
    }

    /// The page is one of the console's, behind its sign-in. What a form brings goes there as a query.
    @Sendable private func authorize(_ request: Request, _ context: EdgeContext) async throws -> Response {
        var query = request.uri.query ?? ""
        if request.method == .post {
            let form = try await request.form()
            query = form.fields.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
                .joined(separator: "&")
        }
        guard try FormFields(query)["client_id"]?.isEmpty == false else {
            return OAuthError("invalid_request", "missing required parameter: client_id").response
        }
        return Response(
            status: .seeOther, headers: [.location: "/authorize?\(query)", .cacheControl: "no-store"])
    }
}
