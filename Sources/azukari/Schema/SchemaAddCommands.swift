import ArgumentParser
import Engine
import Records

/// `azukari schema add object`.
struct SchemaAddObjectCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "object",
        abstract: "Add a custom object.",
        discussion: """
            EXAMPLES
              azukari schema add object Space__c --label Space --label-ja 会場
              azukari schema add object Visit__c --auto-number 'V-{00000}'
            """)

    @OptionGroup var organisation: OrganisationOptions
    @Argument(help: "The API name; it ends in __c.") var name: String
    @Option(help: "Default: made from the name.") var label: String?
    @Option(help: "Default: the label with an s.") var plural: String?
    @Option(help: "The Japanese label.") var labelJa: String?
    @Option(help: "Records are named by the product; zeros in braces are digits.") var autoNumber: String?

    func run() async throws {
        let label = label ?? ValueSurvey.label(name)
        let object = NewObject(
            name: name, label: label, labelPlural: plural ?? label + "s", labelJa: labelJa ?? label,
            naming: autoNumber.map { .autoNumber($0) } ?? .text, isSearchable: true)
        try await organisation.withSession("new object at the command line") { try await $0.addObject(object) }
        Terminal.say("\(name) is there.")
    }
}

/// `azukari schema add field`.
struct SchemaAddFieldCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "field",
        abstract: "Add a custom field to an object.",
        discussion: """
            What a field tells of a person (--class) decides what a request does to it: identity, contact, financial,
            behaviour, preference, technical, link, free-text, special-care.

            EXAMPLES
              azukari schema add field Contact Ext__c --type string --length 80 --unique --external-id
              azukari schema add field Contact Guest_Type__c --type picklist --values 'Family;Business' --class preference
              azukari schema add field Visit__c Guest__c --type reference --to Contact
            """)

    @OptionGroup var organisation: OrganisationOptions
    @Argument(help: "The object's API name.") var object: String
    @Argument(help: "The field's API name; it ends in __c.") var name: String
    @Option(help: "A field type: string, textarea, picklist, boolean, double, date, datetime, reference, …")
    var type: String
    @Option(help: "Characters, of texts.") var length: Int?
    @Option(help: "Digits after the point, of numbers.") var scale: Int?
    @Option(help: "Values of a picklist, with ; between.") var values: String?
    @Option(help: "The object to which a reference points.") var to: [String] = []
    @Flag(help: "No two records may have the same value.") var unique = false
    @Flag(help: "Records can be found and referred to by it.") var externalId = false
    @Flag(help: "A record must have a value.") var required = false
    @Flag(help: "Upper and lower case differ, of unique values.") var caseSensitive = false
    @Flag(help: "Changes are kept in the history.") var trackHistory = false
    @Option(name: .customLong("class"), help: "What it tells of a person.") var classification: String?
    @Option(help: "Default: made from the name.") var label: String?
    @Option(help: "The Japanese label.") var labelJa: String?

    func validate() throws {
        if FieldType(rawValue: type) == nil { throw ValidationError("There is no field type \(type).") }
        if let classification, Classification(rawValue: classification) == nil {
            let known = Classification.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--class is one of \(known).")
        }
    }

    func run() async throws {
        guard let type = FieldType(rawValue: type) else { throw ValidationError("There is no field type \(type).") }
        let label = label ?? ValueSurvey.label(name)
        var new = NewField(name: name, type: type, label: label, labelJa: labelJa ?? label)
        new.field.isCustom = true
        if let length { new.field.length = length }
        if let scale { new.field.scale = scale }
        new.field.picklist = (values ?? "").split(separator: ";").map {
            PicklistValue(value: String($0), label: String($0), labelJa: String($0), isActive: true, isDefault: false)
        }
        new.field.isUnique = unique
        (new.field.isExternalID, new.field.isIDLookup) = (externalId, externalId)
        new.field.isCaseSensitive = caseSensitive
        if required { new.field.isNillable = false }
        new.field.isHistoryTracked = trackHistory
        new.field.classification = classification.flatMap { Classification(rawValue: $0) }
        if !to.isEmpty {
            new.field.referenceTo = to
            new.field.relationshipName = name.replacing("__c", with: "__r")
            for parent in to {
                new.field.childRelationships[parent] = .some(object.replacing("__c", with: "") + "s__r")
            }
        }
        let field = new
        try await organisation.withSession("new field at the command line") { try await $0.addField(field, to: object) }
        Terminal.say("\(object).\(name) is there.")
    }
}
