import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Identity
import Records

/// `userinfo` and the identity URL: who the token's user is.
struct OAuthIdentity {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.resource("services/oauth2/userinfo", get: userInfo, post: userInfo)
        router.resource("id/:organisation/:user", get: identity, post: identity)
    }

    @Sendable private func userInfo(_ request: Request, _ context: EdgeContext) async throws -> Response {
        guard let (user, scopes) = try await user(request, for: [.openid, .id, .profile, .email]) else {
            return Self.badToken
        }
        let origin = shared.address.origin(of: request, context: context)
        var json = JSONWriter()
        json.object { json in
            json.member("sub", shared.identityURL(of: user.id, origin: origin))
            json.member("user_id", user.id.description)
            json.member("organization_id", shared.identity.organisationID.description)
            if scopes.allow([.id, .email]) {
                json.member("email", user.email)
                json.key("email_verified")
                json.boolean(false)
            }
            // Who asked for no more than who it is gets no more.
            guard scopes.allow([.id, .profile]) else { return }
            json.member("preferred_username", user.username)
            json.member("nickname", user.nickname)
            json.member("name", user.name)
            json.member("given_name", user.firstName ?? "")
            json.member("family_name", user.lastName)
            json.member("zoneinfo", user.timeZone)
            Self.photos(&json)
            json.member("profile", "\(origin)/\(user.id)")
            json.member("picture", "")
            json.key("address")
            json.object { _ in }
            json.key("is_salesforce_integration_user")
            json.boolean(false)
            urls(origin, user, &json)
            Self.tail(user, &json)
            json.key("updated_at")
            json.value(.datetime(user.lastModified))
        }
        return .json(json.bytes)
    }

    @Sendable private func identity(_ request: Request, _ context: EdgeContext) async throws -> Response {
        guard let (user, _) = try await user(request, for: .id) else { return Self.badToken }
        guard context.parameters.get("organisation").flatMap({ RecordID($0) }) == shared.identity.organisationID,
            context.parameters.get("user").flatMap({ RecordID($0) }) == user.id
        else { throw PlatformError(.notFound, "The requested resource does not exist") }
        let origin = shared.address.origin(of: request, context: context)
        var json = JSONWriter()
        json.object { json in
            json.member("id", shared.identityURL(of: user.id, origin: origin))
            json.key("asserted_user")
            json.boolean(true)
            json.member("user_id", user.id.description)
            json.member("organization_id", shared.identity.organisationID.description)
            json.member("username", user.username)
            json.member("nick_name", user.nickname)
            json.member("display_name", user.name)
            json.member("email", user.email)
            json.member("first_name", user.firstName ?? "")
            json.member("last_name", user.lastName)
            json.member("timezone", user.timeZone)
            Self.photos(&json)
            urls(origin, user, &json)
            Self.tail(user, &json)
            json.key("last_modified_date")
            json.value(.datetime(user.lastModified))
            json.key("is_app_installed")
            json.boolean(true)
        }
        return .json(json.bytes)
    }

    /// The user of the token; nil when it is none, or not for that.
    private func user(_ request: Request, for uses: Scopes) async throws -> (UserDetails, Scopes)? {
        guard let token = Shared.token(of: request), let access = try await shared.identity.access(token: token),
            access.scopes.allow(uses), let user = try await shared.identity.user(access.session.user)
        else { return nil }
        return (user, access.scopes)
    }

    /// The platform's habit here, which clients know.
    private static let badToken = Response(
        status: .forbidden, headers: [.contentType: "text/plain"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: "Bad_OAuth_Token"))
    )

    private static func photos(_ json: inout JSONWriter) {
        json.key("photos")
        json.object { json in
            json.member("picture", "")
            json.member("thumbnail", "")
        }
    }

    private func urls(_ origin: String, _ user: UserDetails, _ json: inout JSONWriter) {
        let organisation = shared.identity.organisationID.text15
        json.key("urls")
        json.object { json in
            for (name, letter) in [("enterprise", "c"), ("metadata", "m"), ("partner", "u"), ("tooling_soap", "T")] {
                json.member(name, "\(origin)/services/Soap/\(letter)/{version}/\(organisation)")
            }
            json.member("rest", "\(origin)/services/data/v{version}/")
            for name in ["sobjects", "search", "query", "recent"] {
                json.member(name, "\(origin)/services/data/v{version}/\(name)/")
            }
            json.member("tooling_rest", "\(origin)/services/data/v{version}/tooling/")
            json.member("profile", "\(origin)/\(user.id)")
            for name in ["feeds", "groups", "users", "feed_items", "feed_elements"] {
                let part = name.split(separator: "_").joined(separator: "-")
                json.member(name, "\(origin)/services/data/v{version}/chatter/\(part)")
            }
            json.member("custom_domain", origin)
        }
    }

    private static func tail(_ user: UserDetails, _ json: inout JSONWriter) {
        json.key("active")
        json.boolean(user.isActive)
        json.member("user_type", "STANDARD")
        json.member("language", user.language)
        json.member("locale", user.locale)
        json.key("utcOffset")
        json.integer(user.utcOffsetMilliseconds)
    }
}
