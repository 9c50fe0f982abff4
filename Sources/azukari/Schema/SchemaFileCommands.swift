import ArgumentParser
import Engine
import Foundation
import Records

/// A folder of schema files, one for each object.
struct SchemaFolder: ParsableArguments {
    @Argument(help: "A folder with a file for each object.", completion: .directory, transform: Terminal.path)
    var folder: String

    func read() throws -> [SchemaFile] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".txt") }.sorted()
        } catch {
            throw ValidationError("The folder \(folder) cannot be read.")
        }
        guard !names.isEmpty else { throw ValidationError("The folder \(folder) has no schema files (*.txt).") }
        return try names.map { name in
            guard let text = try? String(contentsOfFile: folder + "/" + name, encoding: .utf8) else {
                throw ValidationError("The file \(name) is no UTF-8 text.")
            }
            return try SchemaFile(text, name: name)
        }
    }
}

/// `azukari schema export`.
struct SchemaExportCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write what was added to the standard objects as files, for version control.",
        discussion: """
            A file for each object. Files of objects that are not there any more are left.

            EXAMPLES
              azukari schema export schema/
            """)

    @OptionGroup var organisation: OrganisationOptions
    @OptionGroup var files: SchemaFolder

    func run() async throws {
        let all = try await organisation.withSession("schema as files") { try await $0.exportSchema() }
        try FileManager.default.createDirectory(atPath: files.folder, withIntermediateDirectories: true)
        for file in all {
            try file.text.write(toFile: files.folder + "/\(file.object).txt", atomically: true, encoding: .utf8)
        }
        Terminal.say("\(all.count) files are in \(files.folder).")
    }
}

/// `azukari schema diff`.
struct SchemaDiffCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show where files and the organisation differ; with 1 as the exit code where they do.",
        discussion: """
            + is in the files alone, ~ in both and not the same, - in the organisation alone.

            EXAMPLES
              azukari schema diff schema/
            """)

    @OptionGroup var organisation: OrganisationOptions
    @OptionGroup var files: SchemaFolder

    func run() async throws {
        let read = try files.read()
        let found = try await organisation.withSession("schema beside files") { try await $0.compareSchema(with: read) }
        Terminal.say(found.isEmpty ? "Files and organisation are the same." : SchemaDiffCommand.text(found))
        if !found.isEmpty { throw ExitCode.failure }
    }

    static func text(_ differences: [SchemaDifference]) -> String {
        differences.map { difference in
            let mark =
                switch difference.kind {
                case .added: "+"
                case .changed: "~"
                case .absent: "-"
                }
            let name = difference.object + (difference.field.map { ".\($0)" } ?? "")
            guard difference.kind == .changed else { return "\(mark) \(name)" }
            return "\(mark) \(name)\n    here:  \(indented(difference.here))\n    files: \(indented(difference.there))"
        }.joined(separator: "\n")
    }

    private static func indented(_ text: String) -> String { text.replacing("\n", with: "\n           ") }
}

/// `azukari schema import`.
struct SchemaImportCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Add and change objects and fields as files say; all of it or nothing.",
        discussion: """
            What the organisation has alone stays. `azukari schema diff` shows beforehand what will be done.

            EXAMPLES
              azukari schema import schema/
            """)

    @OptionGroup var organisation: OrganisationOptions
    @OptionGroup var files: SchemaFolder

    func run() async throws {
        let read = try files.read()
        let done = try await organisation.withSession("schema from files") { try await $0.importSchema(read) }
        Terminal.say(done.isEmpty ? "There was nothing to do." : SchemaDiffCommand.text(done))
    }
}
