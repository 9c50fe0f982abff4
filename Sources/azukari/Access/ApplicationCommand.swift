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
        subcommands: [ApplicationAddCommand.self],
        aliases: ["app"])
}

/// `azukari application add`.
struct ApplicationAddCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Register a program; its secret is printed this once.",
        discussion: """
            EXAMPLE
              azukari application add --name "Nightly export" --run-as export@example.com --purpose customerService

            With --certificate it may sign in any user by the JWT bearer flow of OAuth, whom it names in what it signs with the key of
            the certificate. Make both with: openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem
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

    func run() async throws {
        let key = try certificate.map(publicKey)
        var flows: Set<ConnectedApplication.Flow> = [.password]
        if runAs != nil { flows.insert(.clientCredentials) }
        if key != nil { flows.insert(.jwtBearer) }
        let made = try await organisation.withIdentity { identity, engine in
            var user: RecordID?
            if let runAs { user = try await engine.userID(named: runAs) }
            return try await identity.addApplication(
                NewApplication(
                    name: name, flows: flows, purposes: purpose, runAs: user, certificate: key))
        }
        if organisation.json {
            var json = JSONWriter(isIndented: true)
            json.object { json in
                json.member("client_id", made.clientID)
                json.member("client_secret", made.clientSecret)
            }
            Terminal.say(json.bytes + [0x0A])
        } else {
            Terminal.say("client id:     \(made.clientID)")
            Terminal.say("client secret: \(made.clientSecret) (shown this once)")
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
