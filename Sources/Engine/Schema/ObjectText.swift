import Records

/// An object as the catalogue writes it: a header of `key: value` lines, an empty line, then the fields.
///
/// ```
/// label: Case Comment
/// prefix: 00a
/// can: create update delete query
/// subject: ParentId
/// sharing: ControlledByParent ParentId
/// system: Id IsDeleted CreatedDate
///
/// ParentId reference required once to=Case:CaseComments as=Parent parent=cascade | Parent ID | ケース
/// ```
struct ObjectText {
    /// Parses a whole file. `system` holds the fields that a header's `system:` may name.
    static func parse(_ text: String, name: String, file: String, system: [Field]) throws -> ObjectSchema {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var header: [Substring: Substring] = [:]
        var place = 0
        while place < lines.count, !lines[place].isEmpty {
            guard let colon = lines[place].firstIndex(of: ":") else {
                throw CatalogueError(file: file, line: place + 1, reason: "a header line is `key: value`")
            }
            let key = lines[place][..<colon]
            guard keys.contains(String(key)) else {
                throw CatalogueError(file: file, line: place + 1, reason: "there is no header key `\(key)`")
            }
            header[key] = lines[place][lines[place].index(after: colon)...].drop { $0 == " " }
            place += 1
        }
        let written = try FieldText.parse(lines[place...], file: file)
        let named = (header["system"] ?? "").split(separator: " ")
        let chosen = system.filter { named.contains(Substring($0.name)) }
        guard chosen.count == named.count else {
            throw CatalogueError(file: file, line: 1, reason: "`system:` names a field that system.txt does not have")
        }
        guard let prefix = KeyPrefix(header["prefix"] ?? "") else {
            throw CatalogueError(file: file, line: 1, reason: "`prefix:` has three letters or digits")
        }
        let can = Set((header["can"] ?? "").split(separator: " "))
        let sharing = (header["sharing"] ?? "ReadWrite").split(separator: " ").map(String.init)
        guard let model = sharing.first.flatMap(SharingModel.init) else {
            throw CatalogueError(file: file, line: 1, reason: "`sharing:` begins with a sharing model")
        }
        let label = String(header["label"] ?? Substring(name))
        // Describe's order: Id and IsDeleted, the object's own fields, then who and when.
        var object = ObjectSchema(
            name: name,
            label: label,
            labelPlural: String(header["plural"] ?? Substring(label)),
            labelJa: String(header["ja"] ?? Substring(label)),
            keyPrefix: prefix,
            isCustom: name.hasSuffix("__c"),
            isCreateable: can.contains("create"),
            isUpdateable: can.contains("update"),
            isDeletable: can.contains("delete"),
            isQueryable: can.contains("query"),
            isSearchable: can.contains("search"),
            isInternal: header["internal"] == "yes",
            fields: chosen.prefix { $0.name == "Id" || $0.name == "IsDeleted" } + written
                + chosen.drop { $0.name == "Id" || $0.name == "IsDeleted" },
            subjectPath: (header["subject"] ?? "").split(separator: " ").map(String.init),
            isPerson: header["person"] == "yes"
        )
        (object.sharing, object.sharingParents) = (model, Array(sharing.dropFirst()))
        return object
    }

    private static let keys: Set<String> = [
        "label", "plural", "ja", "prefix", "can", "person", "subject", "internal", "sharing", "system",
    ]

    /// The header of an object that was added at run time, in the form that ``parse(_:name:file:system:)`` reads.
    static func header(label: String, plural: String, labelJa: String, prefix: KeyPrefix, isSearchable: Bool) -> String
    {
        """
        label: \(label)
        plural: \(plural)
        ja: \(labelJa)
        prefix: \(prefix)
        can: create update delete query\(isSearchable ? " search" : "")
        system: Id IsDeleted CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp
        """
    }
}
