public import Engine
public import Records

extension Identity {
    /// For how long a code is good.
    static let codeSecondsMax: Int64 = 900

    /// Checks what an application asks a user to allow (RFC 6749, section 4.1.1).
    ///
    /// - Throws: ``AuthorizationRefusal``.
    public func authorization(for request: AuthorizationRequest) async throws -> Authorization {
        guard let application = try await application(clientID: request.clientID) else {
            throw AuthorizationRefusal.unknownApplication
        }
        let only = application.redirectURIs.count == 1 ? application.redirectURIs.first : nil
        guard let uri = request.redirectURI ?? only,
            RedirectURI.isRegistered(uri, among: application.redirectURIs)
        else { throw AuthorizationRefusal.wrongRedirect }
        func refusal(_ code: String, _ description: String) -> AuthorizationRefusal {
            AuthorizationRefusal(code, description, to: request, at: uri)
        }
        guard application.flows.contains(.authorizationCode) else {
            throw refusal("unauthorized_client", "this application is not registered for this grant type")
        }
        guard request.responseType == "code" else {
            throw refusal("unsupported_response_type", "response type not supported: only code is")
        }
        guard let scopes = request.scopes.map(Scopes.init(_:)) ?? application.scopes,
            scopes.isSubset(of: application.scopes), !scopes.isEmpty
        else { throw refusal("invalid_scope", "the requested scope is not allowed") }
        if request.challenge != nil || application.isPublic {
            guard request.challengeMethod == "S256", let challenge = request.challenge, ProofKey.isChallenge(challenge)
            else { throw refusal("invalid_request", "a code challenge with the method S256 is needed") }
        }
        guard (request.nonce ?? "").utf8.count <= 512, (request.state ?? "").utf8.count <= 1000 else {
            throw refusal("invalid_request", "nonce or state is too long")
        }
        return Authorization(
            application: application, redirectURI: uri, scopes: scopes, state: request.state,
            challenge: request.challenge, nonce: request.nonce)
    }

    /// The same refused by the user, or for want of one who could be asked.
    ///
    /// - Parameter code: As RFC 6749, section 4.1.2.1, and OpenID Connect Core, section 3.1.2.6, name it.
    public static func refusal(of authorization: Authorization, _ code: String, _ description: String) -> String {
        authorization.address(with: [("error", code), ("error_description", description)])
    }

    /// Whether the user need not be asked: they allowed as much before, to an application that proves who it is.
    public func isAllowed(_ authorization: Authorization, by user: RecordID) async throws -> Bool {
        guard !authorization.application.isPublic else { return false }
        return try await grants(of: user).contains {
            $0.application == authorization.application.id && $0.scopes.isSuperset(of: authorization.scopes)
        }
    }

    /// The user of the session allows it.
    ///
    /// - Returns: The address that brings the code to the application.
    public func allow(_ authorization: Authorization, by session: Session) async throws -> String {
        let now = environment.now()
        let secret = GrantToken.newSecret()
        func orNull(_ text: String?) -> Value { text.map(Value.text) ?? .null }
        let outcomes = try await system("an application is allowed in").create(
            Batch(
                "AuthorizationGrant",
                [
                    "UserId": .id(session.user), "ApplicationId": .id(authorization.application.id),
                    "Kind": .text(Grant.Kind.code.rawValue), "TokenHash": .text(Secret.digest(secret)),
                    "Scopes": .text(authorization.scopes.text), "RedirectUri": .text(authorization.redirectURI),
                    "Challenge": orNull(authorization.challenge), "Nonce": orNull(authorization.nonce),
                    "CreatedAt": .datetime(now), "LastUsedAt": .datetime(now),
                    "ExpiresAt": .datetime(now.adding(seconds: Self.codeSecondsMax)),
                ]),
            onFailure: .rollbackAll)
        let code = GrantToken(of: try outcomes.firstID(), secret: secret)
        return authorization.address(with: [("code", code.text)])
    }
}
