import HTTP
import HTTPTypes
import Hummingbird
import Identity

/// The page behind the password: a code, or a passkey.
struct SecondStep: Sendable {
    let signIn: SignIn

    static let path = "/sign-in/second"
    private static let cookieName = "__Host-azukari-step"

    /// What the page shows.
    struct Page: Sendable {
        let token: String
        let back: String
        let wantsCode: Bool
        let isAlone: Bool
        let passkey: PasskeyForm?
        let notice: Notice?
    }

    static func cookie(_ token: String, maxAge: Int?) -> Cookie {
        Cookie(
            name: cookieName, value: token, maxAge: maxAge, path: "/", secure: true, httpOnly: true, sameSite: .strict)
    }

    func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        do {
            let waiting = try await waiting(request)
            return page(waiting, request, back: SignIn.localPath(try request.query()["back"]), refused: nil)
        } catch SignInRefusal.stepOver {
            return Response.seeOther("/sign-in?again=1")
        }
    }

    func finish(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let form = try await FormToken.checked(request)
        let back = SignIn.localPath(form["back"])
        do {
            let waiting = try await waiting(request)
            do {
                let grant: AccessGrant
                if let answer = PasskeyAnswer(form) {
                    grant = try await signIn.identity.finish(
                        waiting.token, passkey: answer, at: site(of: request), address: context.address)
                } else {
                    grant = try await signIn.identity.finish(
                        waiting.token, code: form["code"] ?? "", address: context.address)
                }
                var response = signIn.signedIn(grant, back: back)
                response.setCookie(Self.cookie("", maxAge: 0))
                return response
            } catch SignInRefusal.wrongCode {
                return page(waiting, request, back: back, refused: "second.wrong_code")
            }
        } catch SignInRefusal.addressNotAllowed {
            return Response.seeOther("/sign-in?elsewhere=1")
        } catch SignInRefusal.badPasskey {
            // Its challenge is spent.
            return Response.seeOther("/sign-in?passkey=1&back=\(PercentEncoding.encode(back))")
        } catch SignInRefusal.stepOver {
            return Response.seeOther("/sign-in?again=1&back=\(PercentEncoding.encode(back))")
        }
    }

    private func waiting(_ request: Request) async throws -> WaitingSignIn {
        guard let token = request.cookies[Self.cookieName]?.value else { throw SignInRefusal.stepOver }
        return try await signIn.identity.waiting(token)
    }

    private func site(of request: Request) -> PasskeySite {
        PasskeySite(authority: request.head.authority ?? "localhost")
    }

    private func page(_ waiting: WaitingSignIn, _ request: Request, back: String, refused: String?) -> Response {
        let words = signIn.words(for: request)
        let token = FormToken(request) ?? FormToken(environment: signIn.environment)
        let wantsCode = !waiting.kinds.isDisjoint(with: [.totp, .recovery])
        let page = Page(
            token: token.text, back: back, wantsCode: wantsCode, isAlone: !wantsCode,
            passkey: waiting.kinds.contains(.passkey)
                ? PasskeyForm(waiting, site(of: request), action: Self.path, token: token) : nil,
            notice: refused.map { .failed(words($0)) })
        let frame = Frame(
            lang: words.language.rawValue, density: "comfortable", title: "\(words("second.title")) · Azukari",
            t: words, assets: signIn.site.assets.links, chrome: nil, notice: nil, page: page)
        var response = signIn.site.response("second-step", frame, status: refused == nil ? .ok : .unauthorized)
        response.setCookie(token.cookie)
        return response
    }
}
