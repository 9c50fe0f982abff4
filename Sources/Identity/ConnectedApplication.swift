import Engine
public import Records

/// A program registered to come in: its client id, what it may do, for which purposes.
public struct ConnectedApplication: Sendable {
    /// A way of signing in, as OAuth names it.
    public enum Flow: String, Sendable, CaseIterable {
        case password
        case clientCredentials = "client_credentials"
        /// By what it signs with the key of its certificate.
        case jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"
        /// A user allows it on a page of ours, which leads back to the application.
        case authorizationCode = "authorization_code"
        /// A user allows it on a page of ours, on another device.
        case device = "urn:ietf:params:oauth:grant-type:device_code"
    }

    public let id: RecordID
    public let name: String
    public let clientID: String
    public let flows: Set<Flow>
    /// In order; the first is that of its sessions.
    public let purposes: [String]
    /// The most that it is given.
    public let scopes: Scopes
    /// Where a user may be led back to.
    public let redirectURIs: [String]
    /// It cannot keep a secret, as programs on users' devices cannot; it has to prove itself by RFC 7636 instead.
    public let isPublic: Bool
    /// Whom it is when it signs in by itself.
    public let runAs: RecordID?
    /// Each refresh token is good once, and comes with the next.
    let isRotating: Bool
    /// For how many days a refresh token is good that is not used.
    let refreshDays: Int
    /// Where its programs may call from; empty: from anywhere.
    let addresses: [AddressRange]
    /// The public key of its certificate, in PEM.
    let certificate: String?
    let secretHash: String

    /// As it signs in.
    public var signing: SigningApplication {
        SigningApplication(
            name: name, kind: .api, purposes: purposes.isEmpty ? [Identity.defaultPurpose] : purposes, application: id,
            scopes: scopes.withoutUser)
    }

    static let columns = """
        Id, Name, ClientId, ClientSecretHash, Certificate, Purposes, RunAsUserId, Flows, Scopes, RedirectUris, IsPublic, \
        IsRotating, RefreshDays, Addresses
        """

    /// - Parameter row: With ``columns``.
    init?(_ row: Record) {
        guard let id = row.id, let clientID = row["ClientId"].text else { return nil }
        func list(_ name: String) -> [String] { (row[name].text ?? "").split(separator: ";").map(String.init) }
        self.id = id
        self.clientID = clientID
        name = row["Name"].text ?? clientID
        flows = Set(list("Flows").compactMap(ConnectedApplication.Flow.init))
        purposes = list("Purposes")
        scopes = row["Scopes"].text.flatMap { Scopes($0) } ?? NewApplication.scopesUnlessToldOtherwise
        redirectURIs = (row["RedirectUris"].text ?? "").split(separator: "\n").map(String.init)
        isPublic = row["IsPublic"].boolean ?? false
        isRotating = row["IsRotating"].boolean ?? false
        refreshDays = row["RefreshDays"].integer.map(Int.init) ?? NewApplication.refreshDaysUnlessToldOtherwise
        addresses = list("Addresses").compactMap { AddressRange($0) }
        runAs = row["RunAsUserId"].id
        certificate = row["Certificate"].text
        secretHash = row["ClientSecretHash"].text ?? ""
    }
}

/// An application to be registered.
public struct NewApplication: Sendable {
    public var name: String
    public var flows: Set<ConnectedApplication.Flow>
    public var purposes: [String]
    public var runAs: RecordID?
    /// The RSA key by which it signs, public part, in PEM; needed for ``ConnectedApplication/Flow/jwtBearer``.
    public var certificate: String?
    public var scopes = Self.scopesUnlessToldOtherwise
    /// Needed for ``ConnectedApplication/Flow/authorizationCode``: each `https`, `http` on the user's own machine, or with
    /// a scheme of the application's own.
    public var redirectURIs: [String] = []
    public var isPublic = false
    public var isRotating = false
    public var refreshDays = Self.refreshDaysUnlessToldOtherwise
    /// Addresses and ranges of them, as in `10.1.0.0/16`.
    public var addresses: [String] = []

    public static let scopesUnlessToldOtherwise: Scopes = [.api, .id, .openid, .refresh]
    public static let refreshDaysUnlessToldOtherwise = 90

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

    /// - Throws: ``PlatformError`` that names the field.
    func check() throws {
        func refuse(_ field: String, _ message: String) -> PlatformError {
            PlatformError(.invalidOperation, message, fields: [field])
        }
        for uri in redirectURIs where !RedirectURI.isRegistrable(uri) {
            throw refuse(
                "RedirectUris",
                "\(uri) cannot be led back to. Give an address with https, with http on localhost, or with a scheme like "
                    + "com.example.app, without a fragment.")
        }
        if flows.contains(.authorizationCode) && redirectURIs.isEmpty {
            throw refuse(
                "RedirectUris", "An application whose users allow it on a page needs an address to lead back to.")
        }
        for address in addresses where AddressRange(address) == nil {
            throw refuse("Addresses", "\(address) is neither an address nor a range like 10.1.0.0/16.")
        }
        guard (0...3650).contains(refreshDays) else {
            throw refuse("RefreshDays", "A refresh token lives between 0 and 3,650 days.")
        }
        if isPublic, !flows.isDisjoint(with: [.clientCredentials, .password, .jwtBearer]) {
            throw refuse("IsPublic", "An application without a secret signs users in by a page or a device only.")
        }
    }
}
