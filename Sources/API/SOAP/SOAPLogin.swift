import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Identity
import Records

/// `login` of the SOAP interface, by which many clients get their session id.
struct SOAPLogin {
    let shared: Shared
    let kind: SOAPKind
    let version: Int

    func signIn(
        _ operation: XMLTree, _ header: XMLTree?, _ request: Request, _ context: EdgeContext
    ) async throws -> Response {
        // By it the call is named in the event log.
        let client = header?["CallOptions"]?["client"].map { String($0.text.prefix(60)) }
        let application = SigningApplication(
            name: client.map { "SOAP \($0)" } ?? "SOAP", kind: .api, purposes: [Identity.defaultPurpose]
        )
        let grant: AccessGrant
        do {
            grant = try await shared.identity.signIn(
                username: operation["username"]?.text ?? "", password: operation["password"]?.text ?? "",
                address: context.address, application: application
            )
        } catch let refusal as SignInRefusal {
            throw refusal.platformError
        }
        guard let user = try await shared.identity.user(grant.session.user) else {
            throw SignInRefusal.wrongCredentials.platformError
        }
        let address = "\(shared.address.origin(of: request, context: context))/services/Soap"
        return answer(grant, user: user, address: address)
    }

    /// The session id and the address only once, no prefixes inside: clients search this text with regular expressions.
    private func answer(_ grant: AccessGrant, user: UserDetails, address: String) -> Response {
        let organisation = shared.identity.organisationID.text15
        return SOAPWriter.response(to: "login", kind, usage: nil) { writer in
            writer.element("result") { writer in
                writer.element("metadataServerUrl", "\(address)/m/\(version).0/\(organisation)")
                writer.element("passwordExpired", false)
                writer.element("sandbox", false)
                writer.element("serverUrl", "\(address)/\(kind.rawValue)/\(version).0/\(organisation)")
                writer.element("sessionId", grant.token)
                writer.element("userId", user.id)
                writer.element("userInfo") { $0.userInfo(user, seconds: grant.idleSecondsMax, shared) }
            }
        }
    }
}

extension SOAPWriter {
    /// The members of `GetUserInfoResult`, in the order of the WSDL.
    mutating func userInfo(_ user: UserDetails, seconds: Int, _ shared: Shared) {
        element("accessibilityMode", false)
        element("chatterExternal", false)
        null("currencySymbol")
        element("orgAttachmentFileSizeLimit", 5_242_880)
        null("orgDefaultCurrencyIsoCode")
        null("orgDefaultCurrencyLocale")
        element("orgDisallowHtmlAttachments", false)
        element("orgHasPersonAccounts", false)
        element("organizationId", shared.identity.organisationID)
        element("organizationMultiCurrency", false)
        element("organizationName", shared.engine.organisation.name)
        element("profileId", orNull: user.profile)
        null("roleId")
        element("sessionSecondsValid", seconds)
        null("userDefaultCurrencyIsoCode")
        element("userEmail", user.email)
        element("userFullName", user.name)
        element("userId", user.id)
        element("userLanguage", user.language)
        element("userLocale", user.locale)
        element("userName", user.username)
        element("userTimeZone", user.timeZone)
        element("userType", "Standard")
        element("userUiSkin", "Theme3")
    }
}
