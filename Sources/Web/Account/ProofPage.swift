import Engine
import HTTP
import Hummingbird
import Identity
import Records

/// Asks somebody who is signed in to show that it is still them, before what cannot be taken back.
enum ProofPage {
    /// What the page shows.
    struct Page: Sendable {
        let token: String
        let step: String
        let back: String
        let username: String
        let wantsCode: Bool
        let passkey: PasskeyForm?
        let notice: Notice?
    }

    static let path = "/prove"

    static func show(_ visit: Visit) async throws -> Response {
        try await show(visit, back: try visit.query()["back"], refused: nil)
    }

    private static func show(_ visit: Visit, back: String?, refused: String?) async throws -> Response {
        let waiting = try await visit.identity.startProof(of: visit.session)
        let user = try await visit.identity.user(visit.session.user)
        let page = Page(
            token: visit.token.text, step: waiting.token, back: SignIn.localPath(back),
            username: user?.username ?? "", wantsCode: !waiting.kinds.isDisjoint(with: [.totp]),
            passkey: waiting.credentialIDs.isEmpty
                ? nil : PasskeyForm(waiting, visit.passkeySite, action: path, token: visit.token),
            notice: refused.map { .failed(visit.words($0)) })
        return visit.plainPage(
            "proof", title: visit.words("proof.title"), page, status: refused == nil ? .ok : .unauthorized)
    }

    static func prove(_ visit: Visit) async throws -> Response {
        let form = try await visit.form()
        guard let row = visit.signIn else { throw NothingHere() }
        let token: String
        do {
            if let answer = PasskeyAnswer(form) {
                token = try await visit.identity.prove(
                    row, form["step"] ?? "", passkey: answer, at: visit.passkeySite, of: visit.session,
                    address: visit.address)
            } else {
                token = try await visit.identity.prove(
                    row, password: form["password"] ?? "", code: form["code"] ?? "", of: visit.session,
                    address: visit.address)
            }
        } catch SignInRefusal.wrongCode {
            return try await show(visit, back: form["back"], refused: "second.wrong_code")
        } catch SignInRefusal.badPasskey, SignInRefusal.stepOver {
            return try await show(visit, back: form["back"], refused: "second.wrong_passkey")
        } catch is SignInRefusal {
            return try await show(visit, back: form["back"], refused: "proof.wrong_password")
        }
        var response = Response.seeOther(SignIn.localPath(form["back"]))
        response.setCookie(SignIn.cookie(token, maxAge: nil))
        return response
    }
}

/// The reader must show first that it is them.
struct ProofNeeded: Error {
    /// Where it goes on.
    let back: String
}

extension Visit {
    /// The sign-in that this visit is made with.
    var signIn: RecordID? { (request.cookies[SignIn.cookieName]?.value).flatMap(identity.accessSession(ofToken:)) }

    /// Lets on only who has shown lately that it is them.
    ///
    /// - Parameters:
    ///   - back: The page to go on with; this one where none is named.
    ///   - seconds: How long ago at most; longer for a form than for the page that has it, so that nothing typed is lost.
    /// - Throws: ``ProofNeeded``.
    func checkProof(back: String? = nil, within seconds: Int64 = Identity.proofSecondsMax) async throws {
        guard let signIn, try await identity.isProven(signIn, within: seconds) else {
            throw ProofNeeded(back: back ?? (request.method == .get ? request.uri.string : "/"))
        }
    }

    /// Where this page is, for passkeys.
    var passkeySite: PasskeySite { PasskeySite(authority: host) }
}
