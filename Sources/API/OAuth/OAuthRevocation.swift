import HTTP
import Hummingbird
import Identity

/// `/services/oauth2/revoke`: ends a token. 200 whether it was one or not (RFC 7009).
struct OAuthRevocation {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.resource("services/oauth2/revoke", get: revoke, post: revoke)
    }

    @Sendable private func revoke(_ request: Request, _ context: EdgeContext) async throws -> Response {
        var form = try await request.form()
        form.append(try request.query())
        guard let token = form["token"], !token.isEmpty else {
            return OAuthError("invalid_request", "missing required parameter: token").response
        }
        try await shared.identity.revoke(token: token)
        return Response(status: .ok)
    }
}
