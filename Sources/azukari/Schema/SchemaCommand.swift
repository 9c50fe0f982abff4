import ArgumentParser

/// `azukari schema`.
struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "See objects and fields, and add your own.",
        subcommands: [SchemaShowCommand.self, SchemaAddCommand.self])
}

/// `azukari schema add`.
struct SchemaAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add a custom object or field; the organisation may be in use meanwhile.",
        subcommands: [SchemaAddObjectCommand.self, SchemaAddFieldCommand.self])
}
