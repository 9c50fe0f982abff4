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

    func add(to router: some RouterMethods<EdgeContext>) {
        for kind in ["u", "c"] {
            let answer: Handler = { request, context in try await call(request, context, kind: kind) }
            router.resource(RouterPath("services/Soap/\(kind)/:version"), post: answer)
            router.resource(RouterPath("services/Soap/\(kind)/:version/:organisation"), post: answer)
        }
    }

    private func call(_ request: Request, _ context: EdgeContext, kind: String) async throws -> Response {
        let version = try Self.version(context)
        let bytes = try await request.bytes(upTo: Limits.soapLoginBytesMax)
        let envelope: XMLTree
        do {
            envelope = try XMLTree(bytes)
        } catch {
            throw PlatformError(.invalidOperation, "The request is no SOAP envelope: \(error.message)")
        }
        guard envelope.name == "Envelope", let operation = envelope["Body"]?.children.first else {
            throw PlatformError(.invalidOperation, "The request is no SOAP envelope with a body.")
        }
        guard operation.name == "login" else {
            throw PlatformError(
                .invalidOperation, "No operation available for request \(operation.name). Only login is served by SOAP."
            )
        }
        let grant = try await signIn(operation, client: Self.client(envelope), context: context)
        guard let user = try await shared.identity.user(grant.session.user) else {
            throw SignInRefusal.wrongCredentials.platformError
        }
        let address = "\(shared.address.origin(of: request, context: context))/services/Soap"
        return SOAPText.response(
            answer(grant, user: user, address: address, kind: kind, version: version), status: .ok
        )
    }

    private func signIn(_ operation: XMLTree, client: String?, context: EdgeContext) async throws -> AccessGrant {
        let application = SigningApplication(
            name: client.map { "SOAP \($0)" } ?? "SOAP", kind: .api, purpose: Identity.defaultPurpose
        )
        do {
            return try await shared.identity.signIn(
                username: operation["username"]?.text ?? "", password: operation["password"]?.text ?? "",
                address: context.address, application: application
            )
        } catch let refusal as SignInRefusal {
            throw refusal.platformError
        }
    }

    /// One line, the session id and the address only once, no prefixes inside: clients search this text with regular
    /// expressions.
    private func answer(
        _ grant: AccessGrant, user: UserDetails, address: String, kind: String, version: Int
    ) -> String {
        let organisation = shared.identity.organisationID
        let namespace = kind == "u" ? "urn:partner.soap.sforce.com" : "urn:enterprise.soap.sforce.com"
        let fields: [(String, String?)] = [
            ("accessibilityMode", "false"), ("chatterExternal", "false"), ("currencySymbol", nil),
            ("orgAttachmentFileSizeLimit", "5242880"), ("orgDefaultCurrencyIsoCode", nil),
            ("orgDefaultCurrencyLocale", nil), ("orgDisallowHtmlAttachments", "false"),
            ("orgHasPersonAccounts", "false"), ("organizationId", organisation.description),
            ("organizationMultiCurrency", "false"), ("organizationName", shared.engine.organisation.name),
            ("profileId", user.profile?.description), ("roleId", nil),
            ("sessionSecondsValid", String(grant.idleSecondsMax)), ("userDefaultCurrencyIsoCode", nil),
            ("userEmail", user.email), ("userFullName", user.name), ("userId", user.id.description),
            ("userLanguage", user.language), ("userLocale", user.locale), ("userName", user.username),
            ("userTimeZone", user.timeZone), ("userType", "Standard"), ("userUiSkin", "Theme3"),
        ]
        let info = fields.map(Self.element).joined()
        return """
            <?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope \
            xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="\(namespace)" \
            xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><loginResponse><result>\
            <metadataServerUrl>\(address)/m/\(version).0/\(organisation.text15)</metadataServerUrl>\
            <passwordExpired>false</passwordExpired><sandbox>false</sandbox>\
            <serverUrl>\(address)/\(kind)/\(version).0/\(organisation.text15)</serverUrl>\
            <sessionId>\(grant.token)</sessionId><userId>\(user.id)</userId><userInfo>\(info)</userInfo>\
            </result></loginResponse></soapenv:Body></soapenv:Envelope>
            """
    }

    private static func element(_ name: String, _ text: String?) -> String {
        text.map { "<\(name)>\(SOAPText.escaped($0))</\(name)>" } ?? "<\(name) xsi:nil=\"true\"/>"
    }

    /// `CallOptions/client`, by which the call is named in the event log.
    private static func client(_ envelope: XMLTree) -> String? {
        envelope["Header"]?["CallOptions"]?["client"].map { String($0.text.prefix(60)) }
    }

    private static func version(_ context: EdgeContext) throws -> Int {
        let text = context.parameters.get("version") ?? ""
        guard text.hasSuffix(".0"), let version = Int(text.dropLast(2)), RESTCall.versions.contains(version) else {
            throw PlatformError(.unsupportedAPIVersion, "Invalid Api version specified on URL")
        }
        return version
    }
}
