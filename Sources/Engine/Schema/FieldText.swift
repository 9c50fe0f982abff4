import Records

/// A field as the catalogue writes it: name, type, words, labels; values of a picklist on indented lines below.
///
/// ```
/// Status picklist(255) required track default=New | Status | 状況
///     * New | New | 新規
///     Closed | Closed | クローズ | closed
///     Osaka | Osaka | 大阪 | inactive | for Japan; Other | in Wholesale
/// ```
/// The words: `required`; `fixed` (written by the product alone), `once` (on create), `later` (on update); `unique`,
/// `external`, `case-sensitive`, `lookup`; `name`; `auto=R-{000000}`; `track` (history); `restricted` (picklist);
/// `to=Parent:Children,…`, `as=Relation`, `parent=cascade|restrict`; `part=Compound`; `class=…`; `default=…`. A `*`
/// marks the default of a picklist. A dependent picklist names its controlling field: `by=Country__c`; what its values are
/// `for` are values of that one. Values that not every record type has name those that have them: `in`.
struct FieldText {
    static func parse(_ lines: ArraySlice<Substring>, file: String) throws -> [Field] {
        var fields: [Field] = []
        for (place, line) in zip(lines.indices, lines) where !line.isEmpty {
            do throws(Refusal) {
                if line.first != " " {
                    fields.append(try field(line))
                } else if fields.isEmpty {
                    throw Refusal(reason: "a picklist value belongs below its field")
                } else {
                    let (value, isDefault) = try picklistValue(line)
                    if isDefault { fields[fields.count - 1].defaultValue = .text(value.value) }
                    fields[fields.count - 1].picklist.append(value)
                }
            } catch {
                throw CatalogueError(file: file, line: place + 1, reason: error.reason)
            }
        }
        return fields
    }

    /// The lines of a field, as ``parse(_:file:)`` reads them back.
    static func write(_ field: Field) -> String {
        var words = [field.name, typeText(field)]
        if !field.isNillable && field.type != .boolean { words.append("required") }
        switch (field.isCreateable, field.isUpdateable) {
        case (true, true): break
        case (true, false): words.append("once")
        case (false, true): words.append("later")
        case (false, false): words.append("fixed")
        }
        let marks = [
            ("unique", field.isUnique), ("external", field.isExternalID), ("case-sensitive", field.isCaseSensitive),
            ("lookup", field.isIDLookup), ("name", field.isNameField), ("track", field.isHistoryTracked),
            ("restricted", field.isRestrictedPicklist),
        ]
        words += marks.filter(\.1).map(\.0)
        if let format = field.autoNumberFormat { words.append("auto=\(format)") }
        if !field.referenceTo.isEmpty {
            let targets = field.referenceTo.map { target in
                (field.childRelationships[target] ?? nil).map { "\(target):\($0)" } ?? target
            }
            words.append("to=" + targets.joined(separator: ","))
        }
        if let relationship = field.relationshipName { words.append("as=\(relationship)") }
        if field.onParentDelete != .setNull { words.append("parent=\(field.onParentDelete.rawValue)") }
        if let controller = field.controllerName { words.append("by=\(controller)") }
        if let whole = field.compoundFieldName { words.append("part=\(whole)") }
        if let classification = field.classification { words.append("class=\(classification.rawValue)") }
        if !field.picklist.contains(where: \.isDefault), let value = defaultText(field) {
            words.append("default=\(value)")
        }
        let head = words.joined(separator: " ") + " | \(field.label) | \(field.labelJa)"
        return
            ([head] + field.picklist.map(picklistText)).joined(separator: "\n")
    }

    private static func picklistText(_ value: PicklistValue) -> String {
        var columns = ["\(value.isDefault ? "* " : "")\(value.value)", value.label, value.labelJa]
        if !value.isActive { columns.append("inactive") }
        if value.isClosed { columns.append("closed") }
        if !value.validFor.isEmpty { columns.append("for " + value.validFor.joined(separator: "; ")) }
        if !value.recordTypes.isEmpty { columns.append("in " + value.recordTypes.joined(separator: "; ")) }
        return "    " + columns.joined(separator: " | ")
    }

    private struct Refusal: Error { let reason: String }

    private static func field(_ line: Substring) throws(Refusal) -> Field {
        let columns = columns(line)
        var words = columns[0].split(separator: " ")[...]
        guard let name = words.popFirst(), let typed = words.popFirst() else {
            throw Refusal(reason: "a field begins with its name and its type")
        }
        let open = typed.firstIndex(of: "(") ?? typed.endIndex
        var field = Field(name: String(name), type: try type(typed[..<open]))
        if open < typed.endIndex { try setSize(typed[open...], of: &field) }
        field.isCustom = name.hasSuffix("__c")
        field.label = columns.count > 1 ? String(columns[1]) : field.name
        field.labelJa = columns.count > 2 ? String(columns[2]) : field.label
        if field.type == .boolean {
            field.isNillable = false
            field.defaultValue = .boolean(false)
        }
        if field.type.storage == nil {
            field.isCreateable = false
            field.isUpdateable = false
        }
        for word in words { try apply(word, to: &field) }
        return field
    }

    private static func type(_ text: Substring) throws(Refusal) -> FieldType {
        guard let type = FieldType(rawValue: String(text)) else { throw Refusal(reason: "there is no type `\(text)`") }
        return type
    }

    private static func setSize(_ size: Substring, of field: inout Field) throws(Refusal) {
        let numbers = size.dropFirst().dropLast().split(separator: ",").compactMap { Int($0) }
        switch (field.type.storage, size.last == ")" ? numbers.count : 0) {
        case (.double, 2): (field.precision, field.scale) = (numbers[0], numbers[1])
        case (_, 1): field.length = numbers[0]
        default: throw Refusal(reason: "`\(size)` is no size: (length), or (precision,scale) of a number")
        }
    }

    private static func apply(_ word: Substring, to field: inout Field) throws(Refusal) {
        guard let equals = word.firstIndex(of: "=") else {
            switch word {
            case "required": field.isNillable = false
            case "fixed": (field.isCreateable, field.isUpdateable) = (false, false)
            case "once": field.isUpdateable = false
            case "later": field.isCreateable = false
            case "unique": field.isUnique = true
            case "external": (field.isExternalID, field.isIDLookup) = (true, true)
            case "case-sensitive": field.isCaseSensitive = true
            case "lookup": field.isIDLookup = true
            case "name": field.isNameField = true
            case "track": field.isHistoryTracked = true
            case "restricted": field.isRestrictedPicklist = true
            default: throw Refusal(reason: "there is no word `\(word)`")
            }
            return
        }
        let value = word[word.index(after: equals)...]
        switch word[..<equals] {
        case "auto": (field.isAutoNumber, field.autoNumberFormat) = (true, String(value))
        case "to":
            for target in value.split(separator: ",") {
                let parts = target.split(separator: ":", maxSplits: 1).map(String.init)
                field.referenceTo.append(parts[0])
                field.childRelationships[parts[0]] = .some(parts.count > 1 ? parts[1] : nil)
            }
        case "as": field.relationshipName = String(value)
        case "parent":
            guard let rule = Field.ParentDelete(rawValue: String(value)) else {
                throw Refusal(reason: "`parent=` is setNull, cascade or restrict")
            }
            field.onParentDelete = rule
        case "by": field.controllerName = String(value)
        case "part": field.compoundFieldName = String(value)
        case "class":
            guard let classification = Classification(rawValue: String(value)) else {
                throw Refusal(reason: "there is no class `\(value)`")
            }
            field.classification = classification
        case "default": field.defaultValue = try defaultValue(value, field.type)
        default: throw Refusal(reason: "there is no word `\(word)`")
        }
    }

    private static func defaultValue(_ text: Substring, _ type: FieldType) throws(Refusal) -> Value {
        let value: Value? =
            switch type.storage {
            case .integer where type == .boolean: .boolean(text == "true")
            case .integer: Int64(text).map { .integer($0) }
            case .double: Double(text).map { .double($0) }
            case .text: .text(String(text).replacing("%20", with: " "))
            case .bytes, nil: nil
            }
        guard let value else { throw Refusal(reason: "`\(text)` is no default of a field of type \(type.rawValue)") }
        return value
    }

    /// A default inside a word: its spaces are written `%20`.
    private static func defaultText(_ field: Field) -> String? {
        switch field.defaultValue {
        case .boolean(let truth): truth ? "true" : nil
        case .integer(let number): String(number)
        case .double(let number): String(number)
        case .text(let text): text.replacing(" ", with: "%20")
        default: nil
        }
    }

    private static func typeText(_ field: Field) -> String {
        if field.precision > 0 { return "\(field.type.rawValue)(\(field.precision),\(field.scale))" }
        return field.length > 0 ? "\(field.type.rawValue)(\(field.length))" : field.type.rawValue
    }

    private static func picklistValue(_ line: Substring) throws(Refusal) -> (PicklistValue, Bool) {
        var columns = columns(line.drop { $0 == " " })
        let isDefault = columns[0].hasPrefix("* ")
        if isDefault { columns[0] = columns[0].dropFirst(2) }
        guard !columns[0].isEmpty else { throw Refusal(reason: "a picklist value is not empty") }
        let value = String(columns[0])
        let label = columns.count > 1 ? String(columns[1]) : value
        var (isActive, isClosed, validFor, recordTypes) = (true, false, [String](), [String]())
        for column in columns.dropFirst(3) {
            if column == "inactive" {
                isActive = false
            } else if column == "closed" {
                isClosed = true
            } else if column.hasPrefix("for ") {
                validFor = list(column.dropFirst(4))
            } else if column.hasPrefix("in ") {
                recordTypes = list(column.dropFirst(3))
            } else {
                throw Refusal(
                    reason: "behind the labels a value has `inactive`, `closed`, `for …` or `in …`, not `\(column)`")
            }
        }
        return (
            PicklistValue(
                value: value, label: label, labelJa: columns.count > 2 ? String(columns[2]) : label, isActive: isActive,
                isDefault: isDefault, isClosed: isClosed, validFor: validFor, recordTypes: recordTypes
            ), isDefault
        )
    }

    private static func list(_ text: Substring) -> [String] {
        columns(text, separator: UInt8(ascii: ";")).filter { !$0.isEmpty }.map(String.init)
    }

    /// Cut at ` | `; searched as bytes, since this runs for every line of the catalogue at each start.
    private static func columns(_ line: Substring, separator: UInt8 = UInt8(ascii: "|")) -> [Substring] {
        line.utf8.split(separator: separator).map { part in
            var part = part
            while part.first == UInt8(ascii: " ") { part.removeFirst() }
            while part.last == UInt8(ascii: " ") { part.removeLast() }
            return Substring(part)
        }
    }
}
