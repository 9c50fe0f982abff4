import ArgumentParser
import Engine
import Records

/// A field that a command is about.
struct FieldName: ParsableArguments {
    @Argument(help: "The object's API name.") var object: String
    @Argument(help: "The field's API name; it ends in __c.") var field: String
}

/// `azukari schema delete`.
struct SchemaDeleteCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a custom field; what it holds is kept for 15 days.",
        discussion: """
            `azukari schema restore` brings it back, `azukari schema purge` destroys it before its time.

            EXAMPLES
              azukari schema delete Contact Guest_Type__c
            """)

    @OptionGroup var organisation: OrganisationOptions
    @OptionGroup var name: FieldName

    func run() async throws {
        try await organisation.withSession("field deleted at the command line") { session in
            try await session.deleteField(name.field, of: name.object)
        }
        Terminal.say("\(name.object).\(name.field) is deleted. It can be restored for \(Engine.binDays) days.")
    }
}

/// `azukari schema restore`.
struct SchemaRestoreCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Bring back a deleted field, with what it held.",
        discussion: """
            EXAMPLES
              azukari schema restore Contact Guest_Type__c
            """)

    @OptionGroup var organisation: OrganisationOptions
    @OptionGroup var name: FieldName

    func run() async throws {
        try await organisation.withSession("field restored at the command line") { session in
            try await session.restoreField(name.field, of: name.object)
        }
        Terminal.say("\(name.object).\(name.field) is there again.")
    }
}

/// `azukari schema purge`.
struct SchemaPurgeCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge",
        abstract: "Destroy a deleted field for good, with what it holds.",
        discussion: """
            A server does it by itself when the 15 days are over.

            EXAMPLES
              azukari schema purge Contact Guest_Type__c
            """)

    @OptionGroup var organisation: OrganisationOptions
    @OptionGroup var name: FieldName

    func run() async throws {
        try await organisation.withSession("field destroyed at the command line") { session in
            try await session.purgeField(name.field, of: name.object)
        }
        Terminal.say("\(name.object).\(name.field) and what it held are gone.")
    }
}

/// `azukari schema deleted`.
struct SchemaDeletedCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "deleted",
        abstract: "List the deleted fields that can be restored.")

    @OptionGroup var organisation: OrganisationOptions

    func run() async throws {
        let fields = try await organisation.withSession("deleted fields") { try await $0.deletedFields() }
        if fields.isEmpty { return Terminal.say("No field is deleted.") }
        for field in fields { Terminal.say("\(field.object).\(field.name)  until \(field.keptUntil)") }
    }
}
