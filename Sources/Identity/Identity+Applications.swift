import Engine
public import Records
import Synchronization

/// A program registered to come in: its client id, what it may do, for which purposes.
public struct ConnectedApplication: Sendable {
    /// A way of signing in, as OAuth names it.
    public enum Flow: String, Sendable, CaseIterable {
        case password
        case clientCredentials = "client_credentials"
        /// By what it signs with the key of its certificate.
        case jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    }

    public let id: RecordID
    public let name: String
    public let clientID: String
    public let flows: Set<Flow>
    /// In order; the first is that of its sessions.
    public let purposes: [String]
    /// Whom it is when it signs in by itself.
    public let runAs: RecordID?
    /// The public key of its certificate, in PEM.
    let certificate: String?
    let secretHash: String

    /// As it signs in.
    public var signing: SigningApplication {
        SigningApplication(name: name, kind: .api, purpose: purposes.first ?? Identity.defaultPurpose, application: id)
    }
}

/// An application to be registered.
public struct NewApplication: Sendable {
    public let name: String
    public let flows: Set<ConnectedApplication.Flow>
    public let purposes: [String]
    public let runAs: RecordID?
    /// The RSA key by which it signs, public part, in PEM; needed for ``ConnectedApplication/Flow/jwtBearer``.
    public let certificate: String?

    public init(
        name: String, flows: Set<ConnectedApplication.Flow>, purposes: [String], runAs: RecordID?,
        certificate: String? = nil
    ) {
        self.name = name
        self.flows = flows
        self.purposes = purposes
        self.runAs = runAs
        self.certificate = certificate
    }
}

extension Identity {
    /// The purpose of a session whose application names none.
    public static let defaultPurpose = "customerService"

    /// Registers an application. The secret is shown this once; only its digest is kept.
    public func addApplication(_ new: NewApplication) async throws -> (clientID: String, clientSecret: String) {
        let certificate = try new.certificate.map { try Self.checkedKey($0) }
        let clientID = "3MVG9" + Secret.text(length: 40)
        let clientSecret = Secret.text(length: 48)
        let outcomes = try await system("registration of an application").create(
            Batch(
                "ConnectedApplication",
                [
                    "Name": .text(new.name), "ClientId": .text(clientID),
                    "ClientSecretHash": .text(Secret.digest(clientSecret)),
                    "Purposes": .text(new.purposes.joined(separator: ";")),
                    "RunAsUserId": new.runAs.map(Value.id) ?? .null,
                    "Certificate": certificate.map(Value.text) ?? .null,
                    "Flows": .text(new.flows.map(\.rawValue).sorted().joined(separator: ";")),
                ]),
            onFailure: .rollbackAll
        )
        _ = try outcomes.firstID()
        return (clientID, clientSecret)
    }

    /// The application of these credentials. Wrong secrets are throttled by address.
    ///
    /// - Parameter flow: Which it must be registered for; nil: any will do.
    public func application(
        clientID: String, clientSecret: String, address: String, flow: ConnectedApplication.Flow? = nil
    ) async throws -> ConnectedApplication {
        let now = environment.now()
        let application = try await registered(clientID, address: address)
        let expected = Array(application.secretHash.utf8)
        guard Secret.areEqual(expected, Array(Secret.digest(clientSecret).utf8)) else {
            throttle.withLock { $0.failed(user: clientID, address: address, at: now) }
            throw SignInRefusal.wrongClientSecret
        }
        throttle.withLock { $0.succeeded(user: clientID, address: address) }
        if let flow, !application.flows.contains(flow) { throw SignInRefusal.flowNotAllowed }
        return application
    }

    /// The application with that client id, which has proved nothing yet.
    func registered(_ clientID: String, address: String) async throws -> ConnectedApplication {
        let now = environment.now()
        guard throttle.withLock({ $0.allows(user: clientID, address: address, at: now) }) else {
            throw SignInRefusal.wrongClientSecret
        }
        let rows = try await system("sign-in of an application").query(
            """
            SELECT Id, Name, ClientId, ClientSecretHash, Certificate, Purposes, RunAsUserId, Flows \
            FROM ConnectedApplication WHERE ClientId = :client LIMIT 1
            """,
            bindings: ["client": .one(.text(clientID))]
        )
        // Equal in the database may mean equal without case; a client id is equal in every letter.
        guard let row = rows.first, let id = row.id, row["ClientId"].text == clientID else {
            throttle.withLock { $0.failed(user: clientID, address: address, at: now) }
            throw SignInRefusal.unknownApplication
        }
        return ConnectedApplication(
            id: id, name: row["Name"].text ?? clientID, clientID: clientID,
            flows: Set(list(row["Flows"]).compactMap(ConnectedApplication.Flow.init)),
            purposes: list(row["Purposes"]), runAs: row["RunAsUserId"].id, certificate: row["Certificate"].text,
            secretHash: row["ClientSecretHash"].text ?? ""
        )
    }

    private func list(_ value: Value) -> [String] {
        (value.text ?? "").split(separator: ";").map(String.init)
    }
}
