import HTTP
import Identity
import Records

/// A form that the page's script fills in with what a passkey answers.
struct PasskeyForm: Sendable {
    let action: String
    /// Guards the form.
    let token: String
    /// `get` or `create`.
    let act: String
    let challenge: String
    let host: String
    /// Those that may answer, or that are there already; separated by blanks.
    let credentials: String
    /// Of a new one: whose it is.
    let userID: String
    let userName: String

    init(
        _ waiting: WaitingSignIn, _ site: PasskeySite, action: String, token: FormToken, newFor user: UserDetails? = nil
    ) {
        self.action = action
        self.token = token.text
        act = user == nil ? "get" : "create"
        challenge = waiting.challenge
        host = site.host
        credentials = waiting.credentialIDs.joined(separator: " ")
        userID = user?.id.description ?? ""
        userName = user?.username ?? ""
    }
}

extension PasskeyAnswer {
    /// What the script has filled in; nil where it has not.
    init?(_ form: FormFields) {
        guard let id = form["credential"], !id.isEmpty else { return nil }
        self.init(
            credentialID: id, clientData: form["clientData"] ?? "", authenticatorData: form["authenticatorData"] ?? "",
            signature: form["signature"] ?? "", publicKey: form["publicKey"] ?? "",
            algorithm: form["algorithm"].flatMap { Int($0) } ?? 0)
    }
}
