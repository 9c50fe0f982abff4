import Engine
import HTTP
import Hummingbird
import Identity
import Records

/// How the reader signs in: password, authenticator app, passkeys, codes on paper.
enum SecurityPage {
    /// What the page shows.
    struct Page: Sendable {
        let token: String
        let errors: Notice?
        let isInitial: Bool
        let username: String
        let factors: [FactorRow]
        let hasFactors: Bool
        let hasAuthenticator: Bool
        let codes: String
        let codesAction: String
        /// Codes that were just made.
        let newCodes: [String]
        let hasNewCodes: Bool
    }

    struct FactorRow: Sendable {
        let name: String
        let kind: String
        let added: TimeView
        let used: TimeView?
        let action: String
    }

    /// What the page for a new authenticator app shows.
    struct AppPage: Sendable {
        let token: String
        let errors: Notice?
        let secret: String
        let picture: QRCode?
        let name: String
    }

    /// What the page for a new passkey shows.
    struct PasskeyPage: Sendable {
        let step: String
        let passkey: PasskeyForm
        let errors: Notice?
    }

    static let path = "/security"

    static func show(_ visit: Visit) async throws -> Response { try await show(visit, errors: nil, codes: []) }

    private static func show(_ visit: Visit, errors: Notice?, codes: [String]) async throws -> Response {
        let words = visit.words
        let all = try await visit.identity.factors(of: visit.session)
        let factors = all.filter { $0.kind != .recovery }
        let user = try await visit.identity.user(visit.session.user)
        let page = Page(
            token: visit.token.text, errors: errors,
            isInitial: try await visit.identity.isPasswordInitial(of: visit.session.user, for: visit.session),
            username: user?.username ?? "",
            factors: factors.map { factor in
                FactorRow(
                    name: factor.name.isEmpty ? words("security.kind_\(factor.kind.rawValue)") : factor.name,
                    kind: words("security.kind_\(factor.kind.rawValue)"), added: visit.dates.view(factor.addedAt),
                    used: factor.lastUsedAt.map(visit.dates.view),
                    action: "\(path)/factors/\(factor.id)")
            },
            hasFactors: !factors.isEmpty, hasAuthenticator: factors.contains { $0.kind == .totp },
            codes: words.count("security.codes_left", all.count - factors.count),
            codesAction: words(all.count == factors.count ? "security.codes_make" : "security.codes_renew"),
            newCodes: codes, hasNewCodes: !codes.isEmpty)
        return visit.page(
            "security", title: words("security.title"), at: nil, page,
            status: errors == nil ? .ok : .unprocessableContent)
    }

    static func changePassword(_ visit: Visit) async throws -> Response {
        let form = try await visit.form()
        guard form["new"] == form["again"] else {
            return try await show(visit, errors: failed("security.not_the_same", "again", visit), codes: [])
        }
        do {
            try await visit.identity.changePassword(
                from: form["old"] ?? "", to: form["new"] ?? "", of: visit.session, address: visit.address)
        } catch let error as PlatformError where error.code == .invalidOldPassword {
            return try await show(visit, errors: failed("security.wrong_password", "old", visit), codes: [])
        } catch let error as PlatformError where error.code == .invalidNewPassword {
            return try await show(visit, errors: failed("security.weak_password", "new", visit), codes: [])
        }
        // All sign-ins have ended, this one too.
        return .seeOther("/sign-in?changed=1&back=\(path)")
    }

    // MARK: Authenticator apps

    static func startApp(_ visit: Visit) async throws -> Response {
        _ = try await visit.form()
        try await visit.checkProof(back: path)
        _ = try await visit.identity.startAuthenticator(of: visit.session)
        return .seeOther("\(path)/app")
    }

    static func showApp(_ visit: Visit) async throws -> Response { try await showApp(visit, name: "", errors: nil) }

    private static func showApp(_ visit: Visit, name: String, errors: Notice?) async throws -> Response {
        try await visit.checkProof()
        guard let new = try await visit.identity.waitingAuthenticator(of: visit.session) else { return .seeOther(path) }
        return visit.page(
            "security-app", title: visit.words("security.app_title"), at: nil,
            AppPage(
                token: visit.token.text, errors: errors, secret: new.secret, picture: QRCode(new.address), name: name),
            status: errors == nil ? .ok : .unprocessableContent)
    }

    static func confirmApp(_ visit: Visit) async throws -> Response {
        let form = try await visit.form()
        try await visit.checkProof(back: path)
        do {
            try await visit.identity.confirmAuthenticator(
                named: form["name"] ?? "", code: form["code"] ?? "", of: visit.session, in: visit.signIn)
        } catch SignInRefusal.wrongCode {
            return try await showApp(
                visit, name: form["name"] ?? "", errors: failed("second.wrong_code", "code", visit))
        } catch SignInRefusal.stepOver {
            return .seeOther(path)
        }
        return .seeOther(path, told: .factorAdded)
    }

    // MARK: Passkeys

    static func showPasskey(_ visit: Visit) async throws -> Response { try await showPasskey(visit, errors: nil) }

    private static func showPasskey(_ visit: Visit, errors: Notice?) async throws -> Response {
        try await visit.checkProof()
        guard let user = try await visit.identity.user(visit.session.user) else { throw NothingHere() }
        let waiting = try await visit.identity.startPasskeyRegistration(of: visit.session)
        return visit.page(
            "security-passkey", title: visit.words("security.passkey_title"), at: nil,
            PasskeyPage(
                step: waiting.token,
                passkey: PasskeyForm(
                    waiting, visit.passkeySite, action: "\(path)/passkey", token: visit.token, newFor: user),
                errors: errors),
            status: errors == nil ? .ok : .unprocessableContent)
    }

    static func addPasskey(_ visit: Visit) async throws -> Response {
        let form = try await visit.form()
        try await visit.checkProof(back: path)
        do {
            guard let answer = PasskeyAnswer(form) else { throw SignInRefusal.stepOver }
            try await visit.identity.addPasskey(
                form["step"] ?? "", answer, named: form["name"] ?? "", at: visit.passkeySite, of: visit.session,
                in: visit.signIn)
        } catch is SignInRefusal {
            return try await showPasskey(visit, errors: failed("security.passkey_refused", "name", visit))
        }
        return .seeOther(path, told: .factorAdded)
    }

    // MARK: Codes on paper, and removal

    static func newCodes(_ visit: Visit) async throws -> Response {
        _ = try await visit.form()
        try await visit.checkProof(back: path)
        return try await show(visit, errors: nil, codes: try await visit.identity.newRecoveryCodes(of: visit.session))
    }

    static func remove(_ visit: Visit) async throws -> Response {
        _ = try await visit.form()
        try await visit.checkProof(back: path)
        try await visit.identity.removeFactor(try visit.id(), of: visit.session)
        return .seeOther(path, told: .factorRemoved)
    }

    private static func failed(_ key: String, _ field: String, _ visit: Visit) -> Notice {
        .failed(visit.words("security.not_done"), items: [Notice.Item(href: "#\(field)", text: visit.words(key))])
    }
}
