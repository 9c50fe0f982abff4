public import Engine
public import Records
import Synchronization

/// A device that waits for its user (RFC 8628, section 3.2).
public struct WaitingDevice: Sendable {
    public let deviceCode: String
    /// Eight letters in two groups, for the user to type.
    public let userCode: String
    public let seconds: Int
    /// How long to wait between two questions whether the user has decided.
    public let intervalSeconds: Int
}

extension Identity {
    private static let deviceSecondsMax: Int64 = 600
    private static let deviceIntervalSeconds: Int64 = 5
    private static let waitingDevicesMax = 1000

    /// Has a device wait for its user.
    ///
    /// - Parameter scopes: Names; nil: all that the application is registered for.
    /// - Throws: ``SignInRefusal``.
    public func startDevice(
        _ application: ConnectedApplication, scopes names: String?
    ) async throws -> WaitingDevice {
        guard let scopes = names.map(Scopes.init(_:)) ?? application.scopes, scopes.isSubset(of: application.scopes),
            !scopes.isEmpty
        else { throw SignInRefusal.badScope }
        let now = environment.now()
        let session = system("a device waits for its user")
        let waiting = try await session.query(
            """
            SELECT Id FROM AuthorizationGrant WHERE ApplicationId = :application AND Kind = 'device' AND ExpiresAt > :now \
            LIMIT \(Self.waitingDevicesMax)
            """,
            bindings: ["application": .one(.id(application.id)), "now": .one(.datetime(now))])
        guard waiting.count < Self.waitingDevicesMax else { throw SignInRefusal.slowDown }
        let secret = GrantToken.newSecret()
        let letters = Secret.text(length: 8, of: Self.userCodeAlphabet)
        let outcomes = try await session.create(
            Batch(
                "AuthorizationGrant",
                [
                    "ApplicationId": .id(application.id), "Kind": .text(Grant.Kind.device.rawValue),
                    "TokenHash": .text(Secret.digest(secret)), "UserCodeHash": .text(Secret.digest(letters)),
                    "Scopes": .text(scopes.text), "CreatedAt": .datetime(now),
                    "ExpiresAt": .datetime(now.adding(seconds: Self.deviceSecondsMax)),
                ]),
            onFailure: .rollbackAll)
        return WaitingDevice(
            deviceCode: GrantToken(of: try outcomes.firstID(), secret: secret).text,
            userCode: "\(letters.prefix(4))-\(letters.suffix(4))", seconds: Int(Self.deviceSecondsMax),
            intervalSeconds: Int(Self.deviceIntervalSeconds))
    }

    /// Whether its user has decided by now (RFC 8628, section 3.4).
    ///
    /// - Throws: ``SignInRefusal/authorizationPending`` until then.
    public func redeem(deviceCode: String, by application: ConnectedApplication) async throws -> AccessGrant {
        let now = environment.now()
        let session = system("a device asks for its token")
        // The wait is written apart: what is refused would take its mark back with it.
        if let token = GrantToken(deviceCode), let grant = try await grant(token.grant, session), grant.kind == .device,
            grant.application == application.id, token.isKept(as: grant.tokenHash), grant.expiresAt > now
        {
            if grant.isRefused { throw SignInRefusal.accessDenied }
            if grant.user == nil {
                let isEarly =
                    grant.lastUsedAt > grant.createdAt
                    && grant.lastUsedAt.adding(seconds: Self.deviceIntervalSeconds - 1) > now
                _ = try await session.update(
                    Batch("AuthorizationGrant", ["Id": .id(grant.id), "LastUsedAt": .datetime(now)]),
                    onFailure: .keepGoing)
                throw isEarly ? SignInRefusal.slowDown : SignInRefusal.authorizationPending
            }
        }
        return try await spend(deviceCode, of: .device, by: application, otherwise: .deviceExpired) { grant in
            guard !grant.isRefused else { throw SignInRefusal.accessDenied }
            guard grant.user != nil else { throw SignInRefusal.authorizationPending }
            return grant.scopes
        }
    }

    /// The device that shows these letters; nil when none does. Wrong ones are throttled by user.
    ///
    /// - Parameter userCode: As it was typed: in any case, with or without the dash.
    public func device(userCode: String, for session: Session, address: String) async throws -> Grant? {
        let now = environment.now()
        let guesser = "device \(session.user)"
        guard throttle.withLock({ $0.allows(user: guesser, address: address, at: now) }) else { return nil }
        let letters = String(userCode.uppercased().filter { $0.isASCII && $0.isLetter })
        let grant = try await system("a user looks for their device").query(
            """
            SELECT \(Grant.columns) FROM AuthorizationGrant WHERE UserCodeHash = :code AND Kind = 'device' \
            AND ExpiresAt > :now LIMIT 1
            """,
            bindings: ["code": .one(.text(Secret.digest(letters))), "now": .one(.datetime(now))]
        ).first.flatMap(Grant.init)
        guard let grant, grant.user == nil, !grant.isRefused else {
            throttle.withLock { $0.failed(user: guesser, address: address, at: now) }
            return nil
        }
        return grant
    }

    /// The user of the session has decided about a device.
    ///
    /// - Returns: False when it is no longer waiting.
    public func answer(_ device: Grant, isAllowed: Bool, by user: Session) async throws -> Bool {
        try await system("a user answers a device").together { session in
            guard let grant = try await self.grant(device.id, session), grant.kind == .device, grant.user == nil,
                !grant.isRefused, grant.expiresAt > self.environment.now()
            else { return false }
            _ = try await session.update(
                Batch(
                    "AuthorizationGrant",
                    [
                        "Id": .id(grant.id), "UserId": isAllowed ? .id(user.user) : .null,
                        "IsRefused": .boolean(!isAllowed),
                    ]),
                onFailure: .rollbackAll
            ).firstID()
            return true
        }
    }

    /// Consonants that spell no word and are not mistaken for each other (RFC 8628, section 6.1).
    private static let userCodeAlphabet = "BCDFGHJKLMNPQRSTVWXZ"
}
