public import Records

/// Where files and an organisation differ.
public struct SchemaDifference: Sendable, Equatable {
    public enum Kind: String, Sendable {
        /// In the files alone: an import adds it.
        case added
        /// In both, and not the same: an import changes it, where no record stands against it.
        case changed
        /// In the organisation alone: an import leaves it.
        case absent
    }

    public let kind: Kind
    public let object: String
    /// Nil: the object itself.
    public let field: String?
    /// As the organisation has it, and as the files have it: the catalogue's lines.
    public let here: String
    public let there: String

    /// The differences, object by object.
    static func all(_ files: [SchemaFile], _ schema: Schema) throws -> [SchemaDifference] {
        let ours = Dictionary(uniqueKeysWithValues: try SchemaFile.all(of: schema).map { ($0.object.lowercased(), $0) })
        var seen: Set<String> = []
        var found: [SchemaDifference] = []
        for file in files.sorted(by: { $0.object < $1.object }) {
            guard seen.insert(file.object.lowercased()).inserted else {
                throw PlatformError(.duplicateValue, "Two files are of the object \(file.object).")
            }
            guard file.own != nil || schema.object(file.object) != nil else {
                throw PlatformError(
                    .invalidType, "There is no object \(file.object), and it is no name of a custom one.")
            }
            found += try differences(file, ours[file.object.lowercased()], schema.object(file.object))
        }
        for (name, file) in ours.sorted(by: { $0.key < $1.key }) where !seen.contains(name) {
            found += try differences(SchemaFile(object: file.object, own: nil, fields: []), file, nil)
        }
        return found
    }

    private static func differences(
        _ file: SchemaFile, _ ours: SchemaFile?, _ object: ObjectSchema?
    ) throws -> [SchemaDifference] {
        var found: [SchemaDifference] = []
        func note(_ kind: Kind, _ field: String?, _ here: String, _ there: String) {
            found.append(
                SchemaDifference(
                    kind: kind, object: ours?.object ?? file.object, field: field, here: here, there: there))
        }
        let (here, there) = (ours.map(header) ?? "", header(file))
        if here != there { note(here.isEmpty ? .added : there.isEmpty ? .absent : .changed, nil, here, there) }
        for field in file.fields {
            let there = FieldText.write(field)
            guard let own = object?.field(field.name) else {
                guard field.isCustom else {
                    throw PlatformError(
                        .invalidField, "\(file.object) has no field \(field.name), and it is no name of a custom one.",
                        fields: [field.name])
                }
                note(.added, field.name, "", there)
                continue
            }
            let here = FieldText.write(own)
            if here != there { note(.changed, own.name, here, there) }
        }
        let named = Set(file.fields.map { $0.name.lowercased() })
        for field in ours?.fields ?? [] where !named.contains(field.name.lowercased()) {
            note(.absent, field.name, FieldText.write(field), "")
        }
        return found
    }

    /// What a file says of the object itself; empty where that is nothing.
    private static func header(_ file: SchemaFile) -> String {
        if file.own == nil, file.sharing == nil { return "" }
        return SchemaFile(object: file.object, own: file.own, fields: [], sharing: file.sharing).text
            .split(separator: "\n").joined(separator: "\n")
    }
}
