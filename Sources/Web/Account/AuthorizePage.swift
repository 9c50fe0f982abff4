import Engine
import HTTP
import HTTPTypes
import Hummingbird
import Identity

/// An application asks to be let in, and its user decides (RFC 6749, section 4.1.1). The answer leads back to the application.
struct AuthorizePage: Sendable {
    let identity: Identity

    /// What the page shows.
    struct Page: Sendable {
        let asking: Asking
        let token: String
        /// The request as it came; the form sends it back, to be checked again.
        let request: String
        let destination: String
        let otherUserHref: String
    }

    private static let path = "/authorize"

    func show(_ visit: Visit) async throws -> Response {
        let query = visit.request.uri.query ?? ""
        return try await withAuthorization(query, visit) { asked, authorization in
            if !asked.prompts.isDisjoint(with: ["login", "select_account"]) {
                return .seeOther(Self.signIn(back: try Self.withoutPrompt(query)))
            }
            if !asked.prompts.contains("consent"),
                try await identity.isAllowed(authorization, by: visit.session.user)
            {
                return Self.lead(to: try await identity.allow(authorization, by: visit.session))
            }
            if asked.prompts.contains("none") {
                return Self.lead(
                    to: Identity.refusal(of: authorization, "consent_required", "the user has to be asked"))
            }
            return try page(authorization, query, visit)
        }
    }

    func decide(_ visit: Visit) async throws -> Response {
        let form = try await visit.form()
        return try await withAuthorization(form["request"] ?? "", visit) { _, authorization in
            guard form["decision"] == "allow" else {
                return Self.lead(
                    to: Identity.refusal(of: authorization, "access_denied", "end-user denied authorization"))
            }
            return Self.lead(to: try await identity.allow(authorization, by: visit.session))
        }
    }

    /// Who asks for an answer without a page gets one, whether somebody is signed in or not.
    func answerWithoutPage(_ request: Request) async throws -> Response? {
        let query = try request.query()
        let asked = AuthorizationRequest { query[$0] }
        guard asked.prompts.contains("none") else { return nil }
        do {
            let authorization = try await identity.authorization(for: asked)
            return Self.lead(to: Identity.refusal(of: authorization, "login_required", "nobody is signed in"))
        } catch AuthorizationRefusal.told(let address) {
            return Self.lead(to: address)
        } catch is AuthorizationRefusal {
            return nil
        }
    }

    private func withAuthorization(
        _ query: String, _ visit: Visit, _ body: (AuthorizationRequest, Authorization) async throws -> Response
    ) async throws -> Response {
        let fields = try FormFields(query)
        let asked = AuthorizationRequest { fields[$0] }
        do {
            return try await body(asked, try await identity.authorization(for: asked))
        } catch AuthorizationRefusal.told(let address) {
            return Self.lead(to: address)
        } catch let refusal as AuthorizationRefusal {
            // An address that nobody vouches for is not led to (RFC 6749, section 4.1.2.1).
            let reason = refusal == .unknownApplication ? "authorize.unknown" : "authorize.wrong_redirect"
            return ErrorPage(
                heading: visit.words("authorize.refused"), text: visit.words(reason), support: nil
            ).response(site: visit.site, words: visit.words, status: .badRequest)
        }
    }

    private func page(_ authorization: Authorization, _ query: String, _ visit: Visit) throws -> Response {
        let page = Page(
            asking: Asking(application: authorization.application, scopes: authorization.scopes, visit),
            token: visit.token.text, request: query, destination: authorization.redirectOrigin,
            otherUserHref: Self.signIn(back: try Self.withoutPrompt(query)))
        var response = visit.plainPage("authorize", title: page.asking.heading, page)
        // The form's answer leads there, and browsers ask whether it may.
        response.headers[.contentSecurityPolicy] = Site.policy(formAction: "'self' \(authorization.redirectOrigin)")
        return response
    }

    private static func withoutPrompt(_ query: String) throws -> String {
        let rest = try FormFields(query).fields.filter { $0.name != "prompt" }
        return path + "?"
            + rest.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }.joined(
                separator: "&")
    }

    private static func signIn(back: String) -> String { "/sign-in?back=\(PercentEncoding.encode(back))" }

    private static func lead(to address: String) -> Response {
        var response = Response.seeOther(address)
        response.headers[.referrerPolicy] = "no-referrer"
        return response
    }
}
