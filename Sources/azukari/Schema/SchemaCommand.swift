import ArgumentParser

/// `azukari schema`.
struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "See objects and fields, add your own, and keep them as files.",
        subcommands: [
            SchemaShowCommand.self, SchemaAddCommand.self, SchemaDeleteCommand.self, SchemaDeletedCommand.self,
            SchemaRestoreCommand.self, SchemaPurgeCommand.self, SchemaExportCommand.self, SchemaDiffCommand.self,
            SchemaImportCommand.self,
        ])
}

/// `azukari schema add`.
struct SchemaAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add a custom object or field; the organisation may be in use meanwhile.",
        subcommands: [SchemaAddObjectCommand.self, SchemaAddFieldCommand.self])
}
