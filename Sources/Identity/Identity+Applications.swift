import Engine
public import Records
import Synchronization

extension Identity {
    /// The purpose of a session whose application names none.
    public static let defaultPurpose = "customerService"

    /// Registers an application. The secret is shown this once, only its digest is kept; nil for one that is public.
    ///
    /// - Throws: ``PlatformError`` with the field that is wrong.
    public func addApplication(_ new: NewApplication) async throws -> (clientID: String, clientSecret: String?) {
        try new.check()
        let known = try await engine.purposes()
        for purpose in new.purposes where !known.contains(purpose) {
            throw PlatformError(
                .invalidOperation,
                "There is no purpose named \(purpose). It is the DeveloperName of a data use purpose, or one of: "
                    + known.joined(separator: ", "),
                fields: ["Purposes"])
        }
        let certificate = try new.certificate.map { try Self.checkedKey($0) }
        let clientID = "3MVG9" + Secret.text(length: 40)
        let clientSecret = new.isPublic ? nil : Secret.text(length: 48)
        let outcomes = try await system("registration of an application").create(
            Batch(
                "ConnectedApplication",
                [
                    "Name": .text(new.name), "ClientId": .text(clientID),
                    "ClientSecretHash": clientSecret.map { .text(Secret.digest($0)) } ?? .null,
                    "Purposes": .text(new.purposes.joined(separator: ";")),
                    "RunAsUserId": new.runAs.map(Value.id) ?? .null,
                    "Certificate": certificate.map(Value.text) ?? .null,
                    "Flows": .text(new.flows.map(\.rawValue).sorted().joined(separator: ";")),
                    "Scopes": .text(new.scopes.text),
                    "RedirectUris": .text(new.redirectURIs.joined(separator: "\n")),
                    "IsPublic": .boolean(new.isPublic), "IsRotating": .boolean(new.isRotating),
                    "RefreshDays": .integer(Int64(new.refreshDays)),
                    "Addresses": .text(new.addresses.joined(separator: ";")),
                ]),
            onFailure: .rollbackAll
        )
        _ = try outcomes.firstID()
        return (clientID, clientSecret)
    }

    /// Every application, by name.
    public func applications() async throws -> [ConnectedApplication] {
        try await system("list of applications").query(
            "SELECT \(ConnectedApplication.columns) FROM ConnectedApplication ORDER BY Name, Id LIMIT 2000"
        ).compactMap(ConnectedApplication.init)
    }

    /// Takes an application back, with its tokens and all that was allowed to it.
    public func remove(_ application: ConnectedApplication) async throws {
        _ = try await system("an application is taken back").purge([application.id], onFailure: .rollbackAll)
        tokens.forgetAll()
    }

    /// The application of these credentials. Wrong secrets are throttled by address.
    ///
    /// - Parameters:
    ///   - flow: Which it must be registered for; nil: any will do.
    ///   - mayBePublic: It may do without a secret if it has none.
    public func application(
        clientID: String, clientSecret: String, address: String, flow: ConnectedApplication.Flow? = nil,
        mayBePublic: Bool = false
    ) async throws -> ConnectedApplication {
        let now = environment.now()
        let application = try await registered(clientID, address: address)
        if !(mayBePublic && application.isPublic) {
            let expected = Array(application.secretHash.utf8)
            guard Secret.areEqual(expected, Array(Secret.digest(clientSecret).utf8)) else {
                throttle.withLock { $0.failed(user: clientID, address: address, at: now) }
                throw SignInRefusal.wrongClientSecret
            }
            throttle.withLock { $0.succeeded(user: clientID, address: address) }
        }
        if let flow, !application.flows.contains(flow) { throw SignInRefusal.flowNotAllowed }
        return application
    }

    /// The application with that client id, which has proved nothing yet but that it calls from where it may.
    func registered(_ clientID: String, address: String) async throws -> ConnectedApplication {
        let now = environment.now()
        guard throttle.withLock({ $0.allows(user: clientID, address: address, at: now) }) else {
            throw SignInRefusal.wrongClientSecret
        }
        guard let application = try await application(clientID: clientID) else {
            throttle.withLock { $0.failed(user: clientID, address: address, at: now) }
            throw SignInRefusal.unknownApplication
        }
        guard application.addresses.isEmpty || application.addresses.contains(where: { $0.contains(address) }) else {
            throw SignInRefusal.addressNotAllowed
        }
        return application
    }

    /// The application with that client id.
    func application(clientID: String) async throws -> ConnectedApplication? {
        try await applications(where: "ClientId = :value", .text(clientID))
            // Equal in the database may mean equal without case; a client id is equal in every letter.
            .first { $0.clientID == clientID }
    }

    /// The application that a grant is for.
    public func application(_ id: RecordID) async throws -> ConnectedApplication? {
        try await applications(where: "Id = :value", .id(id)).first
    }

    private func applications(where condition: String, _ value: Value) async throws -> [ConnectedApplication] {
        try await system("sign-in of an application").query(
            "SELECT \(ConnectedApplication.columns) FROM ConnectedApplication WHERE \(condition) LIMIT 1",
            bindings: ["value": .one(value)]
        ).compactMap(ConnectedApplication.init)
    }
}
