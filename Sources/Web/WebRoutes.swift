public import Engine
public import HTTP
import HTTPTypes
public import Hummingbird
public import Identity
import Logging
import NIOCore
public import Records

/// What people see: the pages of the desk and of the privacy officer.
public struct WebRoutes: Sendable {
    let site: Site
    let engine: Engine
    let identity: Identity
    let environment: Records.Environment
    private let wakeJobs: @Sendable () -> Void

    /// - Parameter wakeJobs: Tells whoever carries bulk jobs out that there is one.
    /// - Throws: when the product's own templates or words are missing or broken.
    public init(
        engine: Engine, identity: Identity, environment: Records.Environment,
        wakeJobs: @escaping @Sendable () -> Void
    ) throws {
        self.wakeJobs = wakeJobs
        site = try Site()
        self.engine = engine
        self.identity = identity
        self.environment = environment
    }

    /// How errors look that no page has caught, such as a body that is too large.
    public var errorForms: [any ErrorForm] {
        [PageErrorForm(site: site, words: site.words(Language(rawValue: engine.organisation.defaultLanguage) ?? .en))]
    }

    /// Adds every route to a router.
    public func add(to router: some RouterMethods<EdgeContext>) {
        let signIn = SignIn(
            site: site, identity: identity, environment: environment,
            fallbackLanguage: engine.organisation.defaultLanguage
        )
        router.get("/assets/{name}", use: asset)
        router.get("/language/{choice}") { request, context in
            try choose(Preferences.languageCookie, among: Language.allCases.map(\.rawValue), request, context)
        }
        router.get("/density/{choice}") { request, context in
            try choose(Preferences.densityCookie, among: ["compact", "comfortable"], request, context)
        }
        router.get("/evidence-key") { _, _ in
            // Anybody may check a certificate, so anybody may have the key.
            Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: engine.evidenceKey + "\n"))
            )
        }
        router.get("/sign-in", use: caught(signIn.show))
        router.post("/sign-in", use: caught(signIn.signIn))
        let second = SecondStep(signIn: signIn)
        router.post("/sign-in/passkey", use: caught(signIn.startPasskey))
        router.get("/sign-in/second", use: caught(second.show))
        router.post("/sign-in/second", use: caught(second.finish))
        router.post("/sign-out", use: caught(signIn.signOut))

        let authorize = AuthorizePage(identity: identity)
        router.get("/authorize", use: caught(authorizing(authorize, signedIn(authorize.show))))
        for page in pages + officePages + accountPages(authorize) {
            router.on(page.path, method: page.method, use: caught(signedIn(page.show)))
        }
        router.get(
            "**",
            use: caught { request, _ in
                // What programs ask for is answered in their form.
                if request.uri.path.hasPrefix("/services") {
                    throw PlatformError(.notFound, "The requested resource does not exist")
                }
                throw NothingHere()
            })
    }

    /// A page for somebody who is signed in.
    typealias Page = @Sendable (Visit) async throws -> Response

    private var pages: [(method: HTTPRequest.Method, path: RouterPath, show: Page)] {
        [
            (.get, "/", Home.show),
            (.get, "/look", Look.show),
            (.get, "/search", Search.show),
            (.get, "/contacts", Contacts.show),
            (.post, "/contacts/export", Contacts.export),
            (.get, "/people/{id}", PersonPage.show),
            (.post, "/people/{id}/messages", Composer.send),
            (.get, "/people/{id}/consent", ConsentPage.show),
            (.post, "/people/{id}/consent", ConsentPage.save),
            (.get, "/people/{id}/requests/new", RequestNew.show),
            (.post, "/people/{id}/requests", RequestNew.save),
            (.get, "/people/{id}/package/{form}", PackageDownload.send),
            (.get, "/cases", Cases.show),
            (.post, "/cases/export", Cases.export),
            (.get, "/cases/{id}", CasePage.show),
            (.post, "/cases/{id}/comments", CasePage.comment),
            (.post, "/cases/{id}/status", CasePage.changeStatus),
            (.get, "/privacy", RequestQueue.show),
            (.get, "/privacy/{id}", RequestPage.show),
            (.post, "/privacy/{id}/{act}", RequestPage.act),
            (.get, "/privacy/{id}/preview", PreviewPage.show),
            (.post, "/privacy/{id}/preview/erasure", PreviewPage.erase),
            (.get, "/privacy/{id}/certificate", CertificatePage.show),
            (.get, "/privacy/{id}/certificate/json", CertificatePage.download),
        ]
    }

    private var officePages: [(method: HTTPRequest.Method, path: RouterPath, show: Page)] {
        let pages = ImportPages(wake: wakeJobs)
        let plan = ImportPlan(pages: pages)
        return [
            (.get, "/import", pages.show),
            (.post, "/import", pages.paste),
            (.post, "/import/file", pages.upload),
            (.get, "/import/{id}", plan.show),
            (.post, "/import/{id}", plan.act),
            (.get, "/import/{id}/{file}", ImportProgress.download),
            (.get, "/events", EventsPage.show),
            (.get, "/events/{id}", EventsPage.download),
            (.get, "/sharing", SharingPage.show),
            (.post, "/sharing", SharingPage.saveDefaults),
            (.post, "/sharing/rules", SharingPage.addRule),
            (.post, "/sharing/rules/{id}", SharingPage.changeRule),
            (.get, "/sign-in-policies", PoliciesPage.show),
            (.post, "/sign-in-policies", PoliciesPage.add),
            (.post, "/sign-in-policies/{id}", PoliciesPage.change),
            (.get, "/encryption", EncryptionPage.show),
            (.post, "/encryption", EncryptionPage.change),
            (.post, "/encryption/secrets", EncryptionPage.changeSecrets),
            (.get, "/encryption/secrets/{version}", EncryptionPage.export),
            (.get, "/purposes", PurposesPage.show),
            (.post, "/purposes", PurposesPage.add),
            (.get, "/purposes/{id}", PurposePage.show),
            (.post, "/purposes/{id}", PurposePage.act),
            (.get, "/records/{id}/access", RecordAccessPage.show),
        ]
    }

    private func accountPages(
        _ authorize: AuthorizePage
    ) -> [(method: HTTPRequest.Method, path: RouterPath, show: Page)] {
        let device = DevicePage(identity: identity)
        let access = AccessPage(identity: identity)
        return [
            (.post, "/authorize", authorize.decide),
            (.get, "/device", device.show),
            (.post, "/device", device.decide),
            (.get, "/access", access.show),
            (.post, "/access/sessions/{id}", access.endSession),
            (.post, "/access/grants/{id}", access.endGrant),
            (.post, "/access/others", access.endOthers),
            (.get, "/prove", ProofPage.show),
            (.post, "/prove", ProofPage.prove),
            (.get, "/security", SecurityPage.show),
            (.post, "/security/password", SecurityPage.changePassword),
            (.post, "/security/app/new", SecurityPage.startApp),
            (.get, "/security/app", SecurityPage.showApp),
            (.post, "/security/app", SecurityPage.confirmApp),
            (.get, "/security/passkey", SecurityPage.showPasskey),
            (.post, "/security/passkey", SecurityPage.addPasskey),
            (.post, "/security/codes", SecurityPage.newCodes),
            (.post, "/security/factors/{id}", SecurityPage.remove),
        ]
    }

    /// Answers by itself what is not to be answered by a page while nobody is signed in.
    private func authorizing(_ authorize: AuthorizePage, _ page: @escaping Handler) -> Handler {
        { request, context in
            let isSignedIn = try await access(of: request) != nil
            if !isSignedIn, let answer = try await authorize.answerWithoutPage(request) { return answer }
            return try await page(request, context)
        }
    }

    /// The pages for whoever must set up a second factor before anything else.
    private static func setsUpFactors(_ path: String) -> Bool {
        [SecurityPage.path, ProofPage.path].contains { path == $0 || path.hasPrefix($0 + "/") }
    }

    /// What the browser's cookie stands for, where its token is for pages.
    private func access(of request: Request) async throws -> TokenAccess? {
        guard let cookie = request.cookies[SignIn.cookieName]?.value, !cookie.isEmpty,
            let access = try await identity.access(token: cookie), access.scopes.allow(.web)
        else { return nil }
        return access
    }

    /// Proves the session by its cookie; without one, leads to the page to sign in, and back afterwards.
    private func signedIn(_ page: @escaping Page) -> Handler {
        { request, context in
            guard let cookie = request.cookies[SignIn.cookieName]?.value, !cookie.isEmpty else {
                return Self.signInFirst(request, again: false)
            }
            guard let access = try await access(of: request) else {
                return Self.signInFirst(request, again: true)
            }
            if access.needsFactor, !Self.setsUpFactors(request.uri.path) {
                return .seeOther(SecurityPage.path, told: .factorNeeded)
            }
            let visit = try await visit(access.session.noted(in: context.facts), request, context)
            var response = try await page(visit)
            if FormToken(request) == nil { response.setCookie(visit.token.cookie) }
            return response
        }
    }

    private func visit(_ session: Session, _ request: Request, _ context: EdgeContext) async throws -> Visit {
        let preferences = Preferences(request)
        // Who they are themselves is known under every purpose.
        let user = try await identity.user(session.user)
        let language = Language(
            chosen: preferences.language?.rawValue, accepted: request.headers[.acceptLanguage],
            fallback: Language(locale: user?.language)?.rawValue ?? engine.organisation.defaultLanguage
        )
        return Visit(
            site: site, session: session, identity: identity, environment: environment,
            organisation: engine.organisation,
            schema: try await session.schema(), words: site.words(language),
            dates: Dates(
                language: language, zone: user?.timeZone ?? engine.organisation.timeZone,
                now: environment.now()
            ),
            preferences: preferences, user: user?.name ?? "",
            token: FormToken(request) ?? FormToken(environment: environment),
            request: request, address: context.address, parameters: context.parameters
        )
    }

    private static func signInFirst(_ request: Request, again: Bool) -> Response {
        let back = request.method == .get ? request.uri.string : "/"
        return .seeOther("/sign-in?back=\(PercentEncoding.encode(back))\(again ? "&again=1" : "")")
    }

    /// Errors become pages here, in the reader's language; what is absent and what is not theirs look the same.
    private func caught(_ handler: @escaping Handler) -> Handler {
        { request, context in
            let words = words(for: request)
            do {
                return try await handler(request, context)
            } catch is NothingHere {
                return ErrorPage.notFound(words).response(site: site, words: words, status: .notFound)
            } catch let needed as ProofNeeded {
                return .seeOther("\(ProofPage.path)?back=\(PercentEncoding.encode(needed.back))")
            } catch is FormRefused {
                return ErrorPage.formRefused(words).response(site: site, words: words, status: .forbidden)
            } catch let error as PlatformError where error.code == .invalidSessionID {
                // Their purpose is gone, or no longer theirs.
                return Self.signInFirst(request, again: true)
            } catch let error as PlatformError where !request.uri.path.hasPrefix("/services") {
                let (page, status) = ErrorPage.of(error, words: words, requestID: context.requestID)
                if status == .internalServerError {
                    context.logger.error(
                        "unexpected error",
                        metadata: ["id": "\(context.requestID)", "detail": "\(error.detail ?? error.code.name)"]
                    )
                }
                return page.response(site: site, words: words, status: status)
            }
        }
    }

    private func words(for request: Request) -> Words {
        site.words(
            Language(
                chosen: Preferences(request).language?.rawValue, accepted: request.headers[.acceptLanguage],
                fallback: engine.organisation.defaultLanguage
            )
        )
    }

    @Sendable private func asset(_ request: Request, _ context: EdgeContext) async throws -> Response {
        guard let response = context.parameters.get("name").flatMap(site.assets.response) else {
            return Response(status: .notFound, headers: [.contentType: "text/plain"], body: .init())
        }
        return response
    }

    /// Keeps a wish of the reader and goes back to where they were.
    private func choose(
        _ cookie: String, among choices: [String], _ request: Request, _ context: EdgeContext
    ) throws -> Response {
        let back = try request.query()["back"]
        let isSignIn = back?.hasPrefix("/sign-in") ?? false
        var response = Response.seeOther(isSignIn ? back ?? "/sign-in" : SignIn.localPath(back))
        if let choice = context.parameters.get("choice"), choices.contains(choice) {
            response.setCookie(Preferences.cookie(cookie, choice))
        }
        return response
    }
}

/// Errors that no page has caught, as a page.
struct PageErrorForm: ErrorForm {
    let prefix = "/"
    let site: Site
    let words: Words

    func response(_ errors: [PlatformError], status: HTTPResponse.Status, context: EdgeContext) -> Response {
        guard let error = errors.first else { return Response(status: status) }
        let page = ErrorPage.of(error, words: words, requestID: context.requestID).page
        return page.response(site: site, words: words, status: status)
    }
}
