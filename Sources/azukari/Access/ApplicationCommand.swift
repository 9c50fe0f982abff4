import ArgumentParser
import Formats
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
            """)

    @OptionGroup var organisation: OrganisationOptions
    @Option(help: "What the program is called wherever its reads are listed.") var name: String
    @Option(help: "The user name of whom it is when it signs in by itself.") var runAs: String?
    @Option(help: "What it may use customer data for. May be given several times.")
    var purpose: [String] = [Identity.defaultPurpose]

    func run() async throws {
        let made = try await organisation.withIdentity { identity, engine in
            var user: RecordID?
            if let runAs { user = try await engine.userID(named: runAs) }
            return try await identity.addApplication(
                NewApplication(
                    name: name, flows: user == nil ? [.password] : [.password, .clientCredentials], purposes: purpose,
                    runAs: user))
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
}
