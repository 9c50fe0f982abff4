public import Records

/// What an organisation has added to one object, in a form that a team keeps in version control: a header, an empty line,
/// then the fields as the catalogue writes them.
///
/// ```
/// object: Space__c
/// label: Space
/// plural: Spaces
/// ja: 会場
/// name: S-{0000}
/// search: yes
/// sharing: Private
///
/// Seats__c int | Seats | 席数
/// ```
/// Of a standard object the header is its name and, where it was changed, its sharing; its fields may be standard ones that the organisation has changed. `name:` is `text`, or the format of an auto number. What identifies
/// an organisation (key prefixes, ids) is not in it.
public struct SchemaFile: Sendable {
    /// The object's API name; the file is named so too, with the ending `.txt`.
    public let object: String
    /// Labels, naming and search of a custom object; nil for a standard one.
    let own: NewObject?
    let fields: [Field]
    /// What everybody may do with the records; nil where it is as the product has it.
    let sharing: SharingModel?

    init(object: String, own: NewObject?, fields: [Field], sharing: SharingModel? = nil) {
        self.object = object
        self.own = own
        self.fields = fields
        self.sharing = sharing
    }

    /// Reads a file.
    ///
    /// - Parameter name: For the errors.
    /// - Throws: `INVALID_FIELD` with the file's name and the line.
    public init(_ text: String, name: String) throws {
        let lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        let end = lines.firstIndex(of: "") ?? lines.endIndex
        var header: [String: String] = [:]
        for (place, line) in lines[..<end].enumerated() {
            guard let colon = line.firstIndex(of: ":"), Self.keys.contains(String(line[..<colon])) else {
                throw Self.refusal(name, place + 1, "a header line is one of \(Self.keys.joined(separator: ": ")):")
            }
            header[String(line[..<colon])] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        guard let object = header["object"], !object.isEmpty else {
            throw Self.refusal(name, 1, "the first line names the object: `object: Space__c`")
        }
        self.object = object
        sharing = try header["sharing"].map { text in
            guard let model = SharingModel(rawValue: text) else {
                let models = SharingModel.allCases.map(\.rawValue).joined(separator: ", ")
                throw Self.refusal(name, 1, "`sharing:` is one of \(models)")
            }
            return model
        }
        let label = header["label"] ?? object
        let naming = header["name"] ?? "text"
        own =
            object.hasSuffix("__c")
            ? NewObject(
                name: object, label: label, labelPlural: header["plural"] ?? label, labelJa: header["ja"] ?? label,
                naming: naming == "text" ? .text : .autoNumber(naming), isSearchable: header["search"] != "no")
            : nil
        do {
            fields = try FieldText.parse(lines[end...], file: name).map(Self.normal)
        } catch let error as CatalogueError {
            throw Self.refusal(name, error.line, error.reason)
        }
        var seen: Set<String> = []
        for field in fields {
            guard field.isCustom || own == nil else {
                throw Self.refusal(name, 1, "\(field.name) is no custom field: they end in __c")
            }
            guard seen.insert(field.name.lowercased()).inserted else {
                throw Self.refusal(name, 1, "\(field.name) is there twice")
            }
        }
    }

    /// The file's text; ``init(_:name:)`` reads it back.
    public var text: String {
        var header = ["object: \(object)"]
        if let own {
            var naming = "text"
            if case .autoNumber(let format) = own.naming { naming = format }
            header += [
                "label: \(own.label)", "plural: \(own.labelPlural)", "ja: \(own.labelJa)", "name: \(naming)",
                "search: \(own.isSearchable ? "yes" : "no")",
            ]
        }
        if let sharing { header.append("sharing: \(sharing.rawValue)") }
        return (header + [""] + fields.map(FieldText.write)).joined(separator: "\n") + "\n"
    }

    private static let keys = ["object", "label", "plural", "ja", "name", "search", "sharing"]

    /// With what is filled in when a field is added, so that a file written by hand equals what was made of it.
    static func normal(_ field: Field) -> Field {
        var field = field
        if field.type == .reference, field.relationshipName == nil, field.name.hasSuffix("__c") {
            field.relationshipName = field.name.dropLast(3) + "__r"
        }
        return field
    }

    private static func refusal(_ file: String, _ line: Int, _ reason: String) -> PlatformError {
        PlatformError(.invalidField, "\(file), line \(line): \(reason).", position: (line, 1))
    }
}

extension SchemaFile {
    /// What an organisation has added, object by object in the order of their names.
    static func all(of schema: Schema) throws -> [SchemaFile] {
        let standard = try Schema(objects: Catalogue.standard(), version: 0)
        return schema.objects.filter { !$0.isInternal }.compactMap { object in
            let fields = object.fields.compactMap { field -> Field? in
                if field.isCustom { return field.type.storage == nil ? nil : field }
                guard let original = standard.object(object.name)?.field(field.name) else { return nil }
                let changed = original.customised(by: field)
                return FieldText.write(changed) == FieldText.write(original) ? nil : changed
            }
            let original = standard.object(object.name)?.sharing ?? .readWrite
            let sharing = object.isOwned && object.sharing != original ? object.sharing : nil
            guard object.isCustom || !fields.isEmpty || sharing != nil else { return nil }
            let format = object.field("Name")?.autoNumberFormat
            let own = NewObject(
                name: object.name, label: object.label, labelPlural: object.labelPlural, labelJa: object.labelJa,
                naming: format.map { .autoNumber($0) } ?? .text, isSearchable: object.isSearchable
            )
            return SchemaFile(object: object.name, own: object.isCustom ? own : nil, fields: fields, sharing: sharing)
        }
    }
}
