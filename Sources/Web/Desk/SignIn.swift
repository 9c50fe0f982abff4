import Engine
import HTTP
import HTTPTypes
import Hummingbird
import Identity
import Records

/// The page to sign in, and the session's cookie.
struct SignIn: Sendable {
    let site: Site
    let identity: Identity
    let environment: Records.Environment
    let fallbackLanguage: String

    static let cookieName = "__Host-azukari"
    /// As the event log names this edge.
    static let application = "Azukari Console"
    /// What one may work for; the first is chosen beforehand.
    static let purposes = Engine.ownPurposes

    /// What the page shows.
    struct Page: Sendable {
        let token: String
        let back: String
        let username: String
        let purposes: [Choice]
        let languages: [LanguageLink]
    }

    func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let query = try request.query()
        let back = Self.localPath(query["back"])
        let words = words(for: request)
        let isAgain = query["again"] != nil
        for (name, key) in [("passkey", "second.wrong_passkey"), ("elsewhere", "sign_in.not_here")]
        where query[name] != nil {
            return page(
                request, words: words, username: "", purpose: nil, back: back, notice: .failed(words(key)),
                status: .unauthorized)
        }
        if query["changed"] != nil {
            return page(
                request, words: words, username: "", purpose: nil, back: back,
                notice: .done(words("security.password_changed")), status: .ok)
        }
        return page(
            request, words: words, username: "", purpose: nil, back: back,
            notice: isAgain
                ? Notice(
                    tone: "open", icon: "info", role: "status", title: words("sign_in.again"),
                    text: [words("sign_in.again_hint")], items: []
                ) : nil,
            status: .ok
        )
    }

    func signIn(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let form = try await FormToken.checked(request)
        let username = form["username"] ?? ""
        let purpose = Self.purposes.first { $0 == form["purpose"] } ?? Self.purposes[0]
        let back = Self.localPath(form["back"])
        do {
            let outcome = try await identity.start(
                username: username, password: form["password"] ?? "", address: context.address,
                application: SigningApplication(name: Self.application, kind: .web, purposes: [purpose])
            )
            switch outcome {
            case .granted(let grant):
                return signedIn(grant, back: grant.isPasswordInitial ? SecurityPage.path : back)
            case .waiting(let waiting): return goOn(waiting, back: back)
            }
        } catch SignInRefusal.addressNotAllowed {
            return page(
                request, words: words(for: request), username: username, purpose: purpose, back: back,
                notice: .failed(words(for: request)("sign_in.not_here")), status: .unauthorized)
        } catch is SignInRefusal {
            let words = words(for: request)
            return page(
                request, words: words, username: username, purpose: purpose, back: back,
                notice: .failed(words("sign_in.refused"), text: [words("sign_in.refused_hint")]), status: .unauthorized
            )
        }
    }

    /// Signs in by a passkey alone: it says who it is.
    func startPasskey(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let form = try await FormToken.checked(request)
        let purpose = Self.purposes.first { $0 == form["purpose"] } ?? Self.purposes[0]
        let waiting = try await identity.startPasskey(
            application: SigningApplication(name: Self.application, kind: .web, purposes: [purpose]))
        return goOn(waiting, back: Self.localPath(form["back"]))
    }

    private func goOn(_ waiting: WaitingSignIn, back: String) -> Response {
        var response = Response.seeOther("\(SecondStep.path)?back=\(PercentEncoding.encode(back))")
        response.setCookie(SecondStep.cookie(waiting.token, maxAge: nil))
        return response
    }

    func signedIn(_ grant: AccessGrant, back: String) -> Response {
        var response = Response.seeOther(back)
        response.setCookie(Self.cookie(grant.token, maxAge: nil))
        response.setCookie(FormToken(environment: environment).cookie)
        return response
    }

    func signOut(_ request: Request, _ context: EdgeContext) async throws -> Response {
        _ = try await FormToken.checked(request)
        if let token = request.cookies[Self.cookieName]?.value { try await identity.revoke(token: token) }
        var response = Response.seeOther("/sign-in")
        response.setCookie(Self.cookie("", maxAge: 0))
        response.setCookie(FormToken(environment: environment).cookie)
        return response
    }

    /// Only a path of this site: an address elsewhere would lend our name to somebody's trap.
    static func localPath(_ path: String?) -> String {
        guard let path, path.hasPrefix("/"), !path.hasPrefix("//"), !path.hasPrefix("/\\"), path.utf8.count <= 2000,
            path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !path.hasPrefix("/sign-")
        else { return "/" }
        return path
    }

    private func page(
        _ request: Request, words: Words, username: String, purpose: String?, back: String, notice: Notice?,
        status: HTTPResponse.Status
    ) -> Response {
        let token = FormToken(request) ?? FormToken(environment: environment)
        let page = Page(
            token: token.text, back: back, username: username,
            purposes: Self.purposes.map { name in
                Choice(name, words("purpose.\(name)"), isChosen: name == (purpose ?? Self.purposes[0]))
            },
            languages: LanguageLink.all(
                words: words, back: PercentEncoding.encode("/sign-in?back=\(PercentEncoding.encode(back))"))
        )
        let frame = Frame(
            lang: words.language.rawValue, density: "comfortable", title: "\(words("sign_in.title")) · Azukari",
            t: words, assets: site.assets.links, chrome: nil, notice: notice, page: page
        )
        var response = site.response("sign-in", frame, status: status)
        response.setCookie(token.cookie)
        return response
    }

    func words(for request: Request) -> Words {
        site.words(
            Language(
                chosen: Preferences(request).language?.rawValue, accepted: request.headers[.acceptLanguage],
                fallback: fallbackLanguage
            )
        )
    }

    static func cookie(_ token: String, maxAge: Int?) -> Cookie {
        Cookie(
            name: cookieName, value: token, maxAge: maxAge, path: "/", secure: true, httpOnly: true, sameSite: .lax
        )
    }
}
