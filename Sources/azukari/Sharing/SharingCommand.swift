import ArgumentParser
import Engine
import Formats
import Records

/// `azukari sharing`.
struct SharingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sharing",
        abstract: "What everybody may do with the records of an object, and who sees a record.",
        subcommands: [SharingListCommand.self, SharingSetCommand.self, SharingWhyCommand.self])
}

/// `azukari sharing list`.
struct SharingListCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the default of every object.")

    @OptionGroup var organisation: OrganisationOptions

    func run() async throws {
        let schema = try await organisation.withSession("defaults of sharing shown at the command line") {
            try await $0.schema()
        }
        let shown = schema.objects.filter { !$0.isInternal && ($0.isOwned || $0.sharing == .controlledByParent) }
        Terminal.say(
            Terminal.table(
                ["Object", "Default", "Parents"],
                shown.map { object in
                    [
                        object.name, object.sharing.rawValue,
                        object.sharing == .controlledByParent ? object.sharingParents.joined(separator: ", ") : "",
                    ]
                }))
    }
}

/// `azukari sharing set`.
struct SharingSetCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set the default of an object.",
        discussion: """
            Private: a record is its owner's, of those above in the role hierarchy, and of whom it is shared with.
            Read: everybody reads; changing is as in Private. ReadWrite: everybody reads and changes.
            ControlledByParent: as what the record belongs to.
            It holds from everybody's next call on. Rights to objects and fields (profiles, permission sets) come first.

            EXAMPLES
              azukari sharing set Case Private
            """)

    @OptionGroup var organisation: OrganisationOptions
    @Argument(help: "The object's API name.") var object: String
    @Argument(help: "Private, Read, ReadWrite or ControlledByParent.") var model: String

    func run() async throws {
        guard let model = SharingModel.allCases.first(where: { $0.rawValue.lowercased() == model.lowercased() }) else {
            throw ValidationError(
                "The default is one of \(SharingModel.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        let object = object
        try await organisation.withSession("default of sharing set at the command line") {
            try await $0.setSharing(model, of: object)
        }
        Terminal.tell("\(object): \(model.rawValue).")
    }
}

/// `azukari sharing why`.
struct SharingWhyCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Show who may see a record, and why.",
        discussion: """
            EXAMPLES
              azukari sharing why 500000000000001AAA
            """)

    @OptionGroup var organisation: OrganisationOptions
    @Argument(help: "The record's id.") var record: String
    @Option(help: "Show at most so many users.") var limit = 200

    func run() async throws {
        guard let id = RecordID(record) else { throw ValidationError("'\(record)' is no record id.") }
        let limit = limit
        let (accesses, total) = try await organisation.withSession("who sees a record, asked at the command line") {
            try await $0.accesses(toRecord: id, limit: limit)
        }
        Terminal.say(
            Terminal.table(
                ["User", "Access", "Why"],
                accesses.map { [$0.name, $0.level.name, $0.reasons.map(Self.text).joined(separator: "; ")] }))
        Terminal.tell(total == 1 ? "One user may see it." : "\(total) users may see it.")
    }

    private static func text(_ reason: AccessReason) -> String {
        switch reason {
        case .permission(let name): name
        case .everybody(let model): "default of the object: \(model.rawValue)"
        case .owner: "owner"
        case .above(let owner): "above the owner \(owner)"
        case .queue(let queue): "queue \(queue)"
        case .rule(let rule, let name): "rule \(rule) \(name)"
        case .share(let share, let with, let reason):
            "share \(share) with \(with)\(reason.isEmpty ? "" : ": \(reason)")"
        case .account(let account): "account \(account)"
        case .child(let child): "sees \(child), which belongs to it"
        case .parent(let parent): "belongs to \(parent)"
        }
    }
}
