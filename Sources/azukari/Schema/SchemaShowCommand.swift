import ArgumentParser
import Engine
import Formats
import Records

/// `azukari schema show`.
struct SchemaShowCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "List the objects, or the fields of one.",
        discussion: """
            EXAMPLES
              azukari schema show
              azukari schema show Contact
              azukari schema show Contact --json
            """)

    @OptionGroup var organisation: OrganisationOptions
    @Argument(help: "An object's API name. Without it the objects are listed.") var object: String?

    func run() async throws {
        let schema = try await organisation.withSession("schema at the command line") { try await $0.schema() }
        guard let object else {
            let shown = schema.objects.filter { !$0.isInternal }
            if organisation.json { return Terminal.say(Self.json(objects: shown)) }
            return Terminal.say(
                Terminal.table(
                    ["Object", "Prefix", "Fields", "Label", "ラベル"],
                    shown.map { [$0.name, $0.keyPrefix.description, "\($0.fields.count)", $0.label, $0.labelJa] }))
        }
        guard let found = schema.object(object) else {
            throw PlatformError(.invalidType, "There is no object \(object). `azukari schema show` lists them.")
        }
        if organisation.json { return Terminal.say(Self.json(fields: found)) }
        Terminal.say(
            Terminal.table(
                ["Field", "Type", "Marks", "Personal", "Label", "ラベル"],
                found.fields.map {
                    [$0.name, $0.typeText, $0.marks, $0.classification?.rawValue ?? "", $0.label, $0.labelJa]
                }))
    }

    private static func json(objects: [ObjectSchema]) -> [UInt8] {
        var json = JSONWriter(isIndented: true)
        json.array { json in
            for object in objects {
                json.object { json in
                    json.member("name", object.name)
                    json.member("label", object.label)
                    json.member("labelJa", object.labelJa)
                    json.member("keyPrefix", object.keyPrefix.description)
                    json.key("custom")
                    json.boolean(object.isCustom)
                    json.key("fields")
                    json.integer(object.fields.count)
                }
            }
        }
        return json.bytes + [0x0A]
    }

    private static func json(fields object: ObjectSchema) -> [UInt8] {
        var json = JSONWriter(isIndented: true)
        json.object { json in
            json.member("name", object.name)
            json.key("fields")
            json.array { json in for field in object.fields { json.field(field) } }
        }
        return json.bytes + [0x0A]
    }
}

extension JSONWriter {
    fileprivate mutating func field(_ field: Field) {
        object { json in
            json.member("name", field.name)
            json.member("label", field.label)
            json.member("labelJa", field.labelJa)
            json.member("type", field.type.rawValue)
            json.key("length")
            json.integer(field.length)
            json.key("nillable")
            json.boolean(field.isNillable)
            json.key("externalId")
            json.boolean(field.isExternalID)
            json.key("unique")
            json.boolean(field.isUnique)
            json.key("referenceTo")
            json.array { json in for parent in field.referenceTo { json.string(parent) } }
            json.key("classification")
            json.value(field.classification.map { .text($0.rawValue) } ?? .null)
        }
    }
}

extension Field {
    /// `string(80)`, `double(18,2)`, `reference to Account`.
    var typeText: String {
        if !referenceTo.isEmpty { return "\(type.rawValue) to \(referenceTo.joined(separator: ", "))" }
        if precision > 0 { return "\(type.rawValue)(\(precision),\(scale))" }
        return length > 0 ? "\(type.rawValue)(\(length))" : type.rawValue
    }

    var marks: String {
        let marks = [
            ("required", !isNillable && type != .boolean && isCreateable), ("external id", isExternalID),
            ("unique", isUnique), ("name", isNameField), ("auto number", isAutoNumber), ("history", isHistoryTracked),
        ]
        return marks.filter(\.1).map(\.0).joined(separator: ", ")
    }
}
