import ArgumentParser
import Engine
import Formats
import Foundation
import Identity
import Records

/// `azukari user`.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Add people who may sign in, give them a new password, take away what they lost.",
        subcommands: [UserAddCommand.self, UserPasswordCommand.self, UserFactorsCommand.self])
}

/// `azukari user add`.
struct UserAddCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add somebody who may sign in.",
        discussion: """
            Without --password-file a password is made and printed once; it is to be changed at the first sign-in.

            EXAMPLES
              azukari user add --username me@example.com --first-name Hana --last-name Sato
              azukari user add --username agent@example.com --last-name Agent --profile "Standard User"
            """)

    @OptionGroup var organisation: OrganisationOptions
    @Option(help: "What they sign in with, in the form of a mail address.") var username: String
    @Option(help: "The family name.") var lastName: String
    @Option(help: "The given name.") var firstName: String?
    @Option(help: "Their mail address. Default: the user name.") var email: String?
    @Option(help: "What they may do: the name of a profile.") var profile = "System Administrator"
    @Option(help: "ja or en_US. Default: the organisation's.") var language: String?
    @Option(help: "A file whose first line is the password; - is standard input.", transform: Terminal.path)
    var passwordFile: String?

    func run() async throws {
        let password = try passwordFile.map(PasswordFile.read)
        let made = try await organisation.withIdentity { identity, engine in
            let spoken = language ?? (engine.organisation.defaultLanguage == "ja" ? "ja" : "en_US")
            let new = NewUser(
                username: username, email: email ?? username, lastName: lastName, firstName: firstName,
                language: spoken, timeZone: engine.organisation.timeZone)
            return try await identity.addUser(new, profile: profile, password: password)
        }
        if organisation.json {
            var json = JSONWriter(isIndented: true)
            json.object { json in
                json.member("id", made.user.description)
                json.member("username", username)
                if password == nil { json.member("password", made.password) }
            }
            Terminal.say(json.bytes + [0x0A])
        } else {
            Terminal.say("\(username) (\(made.user.description)), \(profile)")
            if password == nil { Terminal.say("password, shown this once: \(made.password)") }
        }
    }
}

/// `azukari user password`.
struct UserPasswordCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "password",
        abstract: "Set somebody's password, and end all their sign-ins.")

    @OptionGroup var organisation: OrganisationOptions
    @Option(help: "What they sign in with.") var username: String
    @Option(help: "A file whose first line is the password; - is standard input.", transform: Terminal.path)
    var passwordFile = "-"

    func run() async throws {
        let password = try PasswordFile.read(passwordFile)
        try await organisation.withIdentity { identity, engine in
            try await identity.setPassword(password, of: try await engine.userID(named: username))
        }
    }
}

/// `azukari user remove-factors`.
struct UserFactorsCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove-factors",
        abstract: "Take away somebody's passkeys and authenticator apps, and end all their sign-ins.",
        discussion: """
            For whoever has lost their phone and their recovery codes. They sign in by their password alone then: make sure
            that it is them, and have them set up another.

            EXAMPLE
              azukari user remove-factors --username me@example.com
            """)

    @OptionGroup var organisation: OrganisationOptions
    @Option(help: "What they sign in with.") var username: String

    func run() async throws {
        let count = try await organisation.withIdentity { identity, engine in
            try await identity.removeFactors(of: try await engine.userID(named: username))
        }
        if organisation.json {
            var json = JSONWriter(isIndented: true)
            json.object { json in
                json.key("removed")
                json.integer(count)
            }
            Terminal.say(json.bytes + [0x0A])
        } else {
            Terminal.say("\(count) removed")
        }
    }
}

/// A password handed over in a file, so that it is in no list of processes and no history of a shell.
enum PasswordFile {
    static func read(_ path: String) throws -> String {
        guard let data = Terminal.contents(of: path),
            let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first
        else {
            throw ValidationError("\(path) holds no password: its first line is the password.")
        }
        return String(line)
    }
}
