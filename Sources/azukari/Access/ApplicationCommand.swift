import ArgumentParser
import Formats
import Foundation
import HummingbirdTLS
import Identity
import Records

/// `azukari application`.
struct ApplicationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "application",
        abstract: "Register programs that may come in by the API.",
        subcommands: [ApplicationAddCommand.self, ApplicationListCommand.self, ApplicationRemoveCommand.self],
        aliases: ["app"])
}

/// `azukari application add`.
struct ApplicationAddCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Register a program; its secret is printed this once.",
        discussion: """
            A program signs in by a user's password, and
              by itself, as --run-as;
              by a page on which its user allows it, which leads back to --redirect (authorization code, RFC 6749 and 7636);
              by a code that its user types on another device, with --device (RFC 8628);
              as any user, by what it signs with the key of --certificate (JWT bearer, RFC 7523).
            With --public it has no secret, as programs on users' devices cannot keep one: the page and the device only.
            Make a certificate with: openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem

            EXAMPLES
              azukari application add --name "Nightly export" --run-as export@example.com --purpose customerService
              azukari application add --name "Field app" --public --redirect com.example.field:/signed-in
            """)

    @OptionGroup var organisation: OrganisationOptions
    @Option(help: "What the program is called wherever its reads are listed.") var name: String
    @Option(help: "The user name of whom it is when it signs in by itself.") var runAs: String?
    @Option(help: "What it may use customer data for. May be given several times.")
    var purpose: [String] = [Identity.defaultPurpose]
    @Option(
        help: ArgumentHelp("A certificate or public key in PEM, by whose key it signs.", valueName: "file"),
        transform: Terminal.path)
    var certificate: String?
    @Option(
        help: ArgumentHelp("An address that its users are led back to. May be given several times.", valueName: "uri"))
    var redirect: [String] = []
    @Flag(help: "Its users may allow it by a code that they type on another device.") var device = false
    @Flag(help: "It cannot keep a secret, and gets none.") var `public` = false
    @Option(
        help: ArgumentHelp(
            "What its tokens may be used for: \(Scopes.names.joined(separator: ", ")). May be given several times.",
            valueName: "scope"))
    var scope: [String] = NewApplication.scopesUnlessToldOtherwise.names
    @Option(help: "For how many days a refresh token is good that is not used; 0: none is given.")
    var refreshDays = NewApplication.refreshDaysUnlessToldOtherwise
    @Flag(help: "A refresh token is good once and comes with the next. Always so for a public program.")
    var rotateRefresh = false
    @Option(help: "Where it may call from, as in 10.1.0.0/16. May be given several times. Default: from anywhere.")
    var address: [String] = []

    func run() async throws {
        guard let scopes = Scopes(scope.joined(separator: " ")) else {
            throw ValidationError("--scope is one of \(Scopes.names.joined(separator: ", ")).")
        }
        var new = NewApplication(
            name: name, flows: `public` ? [] : [.password], purposes: purpose, runAs: nil,
            certificate: try certificate.map(publicKey))
        new.scopes = scopes
        new.redirectURIs = redirect
        new.isPublic = `public`
        new.isRotating = rotateRefresh
        new.refreshDays = refreshDays
        new.addresses = address
        if runAs != nil { new.flows.insert(.clientCredentials) }
        if certificate != nil { new.flows.insert(.jwtBearer) }
        if !redirect.isEmpty { new.flows.insert(.authorizationCode) }
        if device { new.flows.insert(.device) }
        let asked = new
        let made = try await organisation.withIdentity { identity, engine in
            var new = asked
            if let runAs { new.runAs = try await engine.userID(named: runAs) }
            return try await identity.addApplication(new)
        }
        if organisation.json {
            var json = JSONWriter(isIndented: true)
            json.object { json in
                json.member("client_id", made.clientID)
                if let secret = made.clientSecret { json.member("client_secret", secret) }
            }
            Terminal.say(json.bytes + [0x0A])
        } else {
            Terminal.say("client id:     \(made.clientID)")
            if let secret = made.clientSecret { Terminal.say("client secret: \(secret) (shown this once)") }
        }
    }

    /// The public key of a certificate, or as it stands in the file, in PEM.
    private func publicKey(ofFile path: String) throws -> String {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ValidationError("There is no file \(path), or it is not text.")
        }
        guard text.contains("BEGIN CERTIFICATE") else { return text }
        do {
            let der = try NIOSSLCertificate(bytes: Array(text.utf8), format: .pem).extractPublicKey().toSPKIBytes()
            let lines = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
            return "-----BEGIN PUBLIC KEY-----\n\(lines)\n-----END PUBLIC KEY-----\n"
        } catch {
            throw ValidationError("\(path) is no certificate in PEM.")
        }
    }
}

/// `azukari application list`.
struct ApplicationListCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Which programs are registered.")

    @OptionGroup var organisation: OrganisationOptions

    func run() async throws {
        let applications = try await organisation.withIdentity { identity, _ in try await identity.applications() }
        if organisation.json {
            var json = JSONWriter(isIndented: true)
            json.array { json in
                for application in applications {
                    json.object { json in
                        json.member("client_id", application.clientID)
                        json.member("name", application.name)
                        json.member("scope", application.scopes.text)
                        for (name, values) in [
                            ("grant_types", application.flows.map(\.rawValue).sorted()),
                            ("purposes", application.purposes), ("redirect_uris", application.redirectURIs),
                        ] {
                            json.key(name)
                            json.array { json in for value in values { json.string(value) } }
                        }
                    }
                }
            }
            Terminal.say(json.bytes + [0x0A])
        } else {
            Terminal.say(
                Terminal.table(
                    ["NAME", "CLIENT ID", "PURPOSES", "SCOPES"],
                    applications.map {
                        [$0.name, $0.clientID, $0.purposes.joined(separator: " "), $0.scopes.text]
                    }))
        }
    }
}

/// `azukari application remove`.
struct ApplicationRemoveCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Take a program's registration back, with its tokens and all that users allowed it.")

    @OptionGroup var organisation: OrganisationOptions
    @Argument(help: "Its client id, as `azukari application list` shows it.") var clientID: String

    func run() async throws {
        try await organisation.withIdentity { identity, _ in
            guard let application = try await identity.applications().first(where: { $0.clientID == clientID }) else {
                throw PlatformError(.notFound, "There is no application with this client id.")
            }
            try await identity.remove(application)
        }
        if !organisation.json { Terminal.say("The application is removed.") }
    }
}
