import ArgumentParser
import Engine
import Foundation
import Records

/// `azukari encryption`.
struct EncryptionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encryption",
        abstract: "Encrypt fields, and look after the secrets that they are encrypted under.",
        subcommands: [
            EncryptionShowCommand.self, EncryptionOnCommand.self, EncryptionOffCommand.self,
            EncryptionRotateCommand.self, EncryptionImportKeyCommand.self, EncryptionExportCommand.self,
            EncryptionRestoreCommand.self, EncryptionDestroyCommand.self,
        ])
}

/// `azukari encryption show`.
struct EncryptionShowCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the tenant secrets, and the encrypted fields with how far they are.")

    @OptionGroup var organisation: OrganisationOptions

    func run() async throws {
        let (secrets, fields) = try await organisation.withSession("encryption shown at the command line") {
            (try await $0.fieldSecrets(), try await $0.encryptedFields())
        }
        Terminal.say(
            Terminal.table(
                ["Secret", "State", "From", "Made", "Since"],
                secrets.map { secret in
                    [
                        "\(secret.version)", secret.state.rawValue, secret.isUploaded ? "uploaded" : "generated",
                        "\(secret.created)", "\(secret.changed)",
                    ]
                }))
        Terminal.say(
            Terminal.table(
                ["Field", "Scheme", "Secret", "Values", "Done"],
                fields.map { field in
                    [
                        "\(field.object).\(field.field)",
                        field.encryption.isSealing ? field.encryption.scheme.rawValue : "being decrypted",
                        "\(field.encryption.version)", "\(field.values)", "\(field.settled)",
                    ]
                }))
    }
}

/// `azukari encryption on`.
struct EncryptionOnCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "on",
        abstract: "Encrypt a field.",
        discussion: """
            probabilistic: nothing can be told from what is stored; the field can be neither filtered nor grouped.
            deterministic: = and != and IN find values, in the case in which they were written; they are grouped and unique.
            case-insensitive: the same, whatever the case. E-mail addresses of people are encrypted so.
            Sorting, LIKE and < do not work with encrypted fields; reading, searching and history do.

            EXAMPLES
              azukari encryption on Contact Email --scheme case-insensitive
              azukari encryption on Case Description
            """)

    @OptionGroup var organisation: OrganisationOptions
    @Argument(help: "The object's API name.") var object: String
    @Argument(help: "The field's API name.") var field: String
    @Option(help: "probabilistic, deterministic or case-insensitive.") var scheme = "probabilistic"

    private static let schemes: [String: FieldEncryption.Scheme] = [
        "probabilistic": .probabilistic, "deterministic": .deterministic, "case-insensitive": .caseInsensitive,
    ]

    func run() async throws {
        guard let chosen = Self.schemes[scheme] else {
            throw ValidationError("The scheme is one of probabilistic, deterministic, case-insensitive.")
        }
        let (object, field) = (object, field)
        try await organisation.withSession("field encrypted at the command line") {
            try await $0.encrypt(field, of: object, chosen)
        }
        try await organisation.settleEncryption()
        Terminal.tell("\(object).\(field) is encrypted.")
    }
}

/// `azukari encryption off`.
struct EncryptionOffCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "off", abstract: "Decrypt a field: its values lie in the database as they are again.")

    @OptionGroup var organisation: OrganisationOptions
    @Argument(help: "The object's API name.") var object: String
    @Argument(help: "The field's API name.") var field: String

    func run() async throws {
        let (object, field) = (object, field)
        try await organisation.withSession("field decrypted at the command line") {
            try await $0.decrypt(field, of: object)
        }
        try await organisation.settleEncryption()
        Terminal.tell("\(object).\(field) is not encrypted any more.")
    }
}

/// `azukari encryption rotate`.
struct EncryptionRotateCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Take a new tenant secret, and encrypt everything anew under it.",
        discussion: """
            The one before is archived: exports of it, and copies of the database, still open what was encrypted under it
            until it is destroyed.

            EXAMPLES
              azukari encryption rotate
              azukari encryption import-key > import.pem
              openssl rand 32 | openssl pkeyutl -encrypt -pubin -inkey import.pem -pkeyopt rsa_padding_mode:oaep \\
                -pkeyopt rsa_oaep_md:sha256 -out secret.wrapped
              azukari encryption rotate --wrapped secret.wrapped
            """)

    @OptionGroup var organisation: OrganisationOptions
    @Option(help: "A file with a secret of your own, wrapped for the import key.", transform: Terminal.path)
    var wrapped: String?

    func run() async throws {
        let wrapped = try wrapped.map { try EncryptionFile.read($0) }
        let version = try await organisation.withSession("tenant secret made at the command line") { session in
            if let wrapped { return try await session.rotateFieldSecret(wrapped: wrapped) }
            return try await session.rotateFieldSecret()
        }
        try await organisation.settleEncryption()
        Terminal.tell("Everything is encrypted under version \(version) of the tenant secret.")
    }
}

/// `azukari encryption import-key`.
struct EncryptionImportKeyCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-key",
        abstract: "Print the public key for which a tenant secret of your own is wrapped (RSA-OAEP with SHA-256).")

    @OptionGroup var organisation: OrganisationOptions

    func run() async throws {
        let key = try await organisation.withSession("import key shown at the command line") {
            try await $0.secretImportKey()
        }
        Terminal.say(key)
    }
}

/// `azukari encryption export`.
struct EncryptionExportCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a tenant secret to a file, wrapped: of use to this organisation alone, to bring it back.")

    @OptionGroup var organisation: OrganisationOptions
    @Argument(help: "The version.") var version: Int
    @Option(help: "The file; it must not be there yet.", transform: Terminal.path) var out: String

    func run() async throws {
        let version = version
        let secret = try await organisation.withSession("tenant secret exported at the command line") {
            try await $0.exportFieldSecret(version)
        }
        try EncryptionFile.write(secret, to: out)
        Terminal.tell("Version \(version) of the tenant secret is in \(out).")
    }
}

/// `azukari encryption restore`.
struct EncryptionRestoreCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Bring a destroyed tenant secret back from its export.")

    @OptionGroup var organisation: OrganisationOptions
    @Argument(help: "The version.") var version: Int
    @Argument(help: "The file.", transform: Terminal.path) var file: String

    func run() async throws {
        let (version, secret) = (version, try EncryptionFile.read(file))
        try await organisation.withSession("tenant secret restored at the command line") {
            try await $0.restoreFieldSecret(version, secret)
        }
        Terminal.tell("Version \(version) of the tenant secret opens what was encrypted under it again.")
    }
}

/// `azukari encryption destroy`.
struct EncryptionDestroyCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "destroy",
        abstract: "Destroy an archived tenant secret: what is encrypted under it opens nowhere any more.",
        discussion: """
            Copies of the database made while it was in use hold what it encrypted, unreadable from then on. Without an
            export this cannot be undone.
            """)

    @OptionGroup var organisation: OrganisationOptions
    @Argument(help: "The version.") var version: Int
    @Flag(help: "Also while values are encrypted under it: they are lost.") var evenInUse = false

    func run() async throws {
        let (version, evenInUse) = (version, evenInUse)
        try await organisation.withSession("tenant secret destroyed at the command line") {
            try await $0.destroyFieldSecret(version, evenInUse: evenInUse)
        }
        Terminal.tell("Version \(version) of the tenant secret is destroyed.")
    }
}

/// Files of secrets: small, and their owner's alone.
private enum EncryptionFile {
    static func read(_ path: String) throws -> [UInt8] {
        guard let file = FileHandle(forReadingAtPath: path), let data = try file.read(upToCount: 4_097) else {
            throw LoadError("\(path) cannot be read, or is empty.")
        }
        guard data.count <= 4_096 else { throw LoadError("\(path) is too long for a secret.") }
        return Array(data)
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { throw LoadError("\(path) is there already.") }
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
        else { throw LoadError("\(path) cannot be written.") }
    }
}

extension OrganisationOptions {
    /// Brings what is stored to the form that was chosen, and tells how far it is.
    fileprivate func settleEncryption() async throws {
        try await withEngine { engine in
            _ = try await engine.settleSealing { Terminal.tell("\($0) values") }
        }
    }
}
