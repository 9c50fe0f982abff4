import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Identity
import Records

/// `POST /services/oauth2/introspect`: whether a token is good, told to the application that has it (RFC 7662).
struct OAuthIntrospection {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.resource("services/oauth2/introspect", post: introspect)
    }

    @Sendable private func introspect(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let form = try await request.form()
        let client = OAuthToken.client(request, form)
        guard let token = form["token"], !token.isEmpty else {
            return OAuthError("invalid_request", "missing required parameter: token").response
        }
        do {
            let application = try await shared.identity.application(
                clientID: client.id, clientSecret: client.secret, address: context.address,
                mayBePublic: true)
            let facts = try await shared.identity.introspect(token: token, by: application)
            let origin = shared.address.origin(of: request, context: context)
            var json = JSONWriter()
            json.object { json in
                json.key("active")
                json.boolean(facts != nil)
                guard let facts else { return }
                json.member("scope", facts.scopes.text)
                json.member("client_id", application.clientID)
                json.member("username", facts.username)
                json.member("sub", shared.identityURL(of: facts.user, origin: origin))
                json.member("token_type", facts.isRefreshToken ? "refresh_token" : "access_token")
                for (name, moment) in [("exp", facts.expiresAt), ("iat", facts.issuedAt), ("nbf", facts.issuedAt)] {
                    json.key(name)
                    json.integer(moment.milliseconds / 1000)
                }
            }
            return .json(json.bytes, headers: [.cacheControl: "no-store"])
        } catch let refusal as SignInRefusal {
            return OAuthToken.error(of: refusal).response
        }
    }
}
