import Engine
import Records
import Reports

/// A column of a list: how the address names it, what readers call it, which fields it shows, how a row looks in it.
struct ListColumn: Sendable {
    let key: String
    let heading: String
    /// The same as a file has them: a column of its own each.
    let fields: [ListView.Field]
    /// Paths that the cell needs besides.
    var needs: [String] = []
    var isNumber = false
    /// What the list can be sorted by; nil where it cannot, as by encrypted values.
    let order: Order?
    let cell: @Sendable (Record) -> ListCell

    /// A path to sort by; records without a value come last, whichever way.
    struct Order: Sendable {
        let path: String
        let canBeEmpty: Bool

        func soql(isDescending: Bool) -> String {
            path + (isDescending ? " DESC" : "") + (canBeEmpty ? " NULLS LAST" : "")
        }
    }
}

/// What stands in a column of a row.
struct ListCell: Sendable {
    /// The column's heading, for narrow screens where there is no head.
    var label = ""
    /// Names the row: there is one in each.
    var isHead = false
    var isNumber = false
    var href: String?
    var text = ""
    var state: StateWord?
    var time: TimeView?
}

/// Makes the columns of an object, of those fields that this session may see.
struct ListColumns {
    let object: ObjectSchema
    let visit: Visit

    /// A field as it is; nil where it may not be seen.
    /// - Parameter heading: In place of the field's own label.
    func plain(_ key: String, _ path: String, _ heading: String? = nil) -> ListColumn? {
        guard let field = field(path) else { return nil }
        let (visit, heading) = (visit, heading ?? visit.label(of: field))
        let shown: @Sendable (Value) -> String? = { visit.shown($0, of: field) }
        return ListColumn(
            key: key, heading: heading, fields: [ListView.Field(path, heading) { visit.plain($0, of: field) }],
            isNumber: field.type.isNumber,
            order: field.encryption == nil
                ? ListColumn.Order(path: path, canBeEmpty: field.isNillable || path.contains(".")) : nil,
            cell: { record in
                let value = record[path]
                guard case .datetime(let moment) = value else {
                    return ListCell(label: heading, isNumber: field.type.isNumber, text: shown(value) ?? "")
                }
                return ListCell(label: heading, time: visit.dates.view(moment))
            }
        )
    }

    /// The column that names the row and leads to its page.
    func head(
        _ key: String, _ path: String, _ heading: String, none: String, href: @Sendable @escaping (RecordID) -> String
    ) -> ListColumn? {
        guard let column = plain(key, path, heading) else { return nil }
        return ListColumn(
            key: key, heading: heading, fields: column.fields, order: column.order,
            cell: { record in
                ListCell(
                    label: heading, isHead: true, href: record.id.map(href),
                    text: record.text(path) ?? (none.isEmpty ? record.id?.description ?? "" : none)
                )
            }
        )
    }

    /// An address, with the word that says that it must not be used.
    func channel(
        _ key: String, _ path: String, _ heading: String, isClosed flag: String, _ closed: String
    ) -> ListColumn? {
        guard let column = plain(key, path, heading), field(flag) != nil else { return plain(key, path, heading) }
        let word = visit.words("list.closed", ["channel": heading])
        return ListColumn(
            key: key, heading: heading,
            fields: column.fields + [ListView.Field(flag, word) { $0.boolean == true ? closed : nil }],
            order: column.order,
            cell: { record in
                var cell = column.cell(record)
                if record.isTrue(flag) { cell.state = .no(closed) }
                return cell
            }
        )
    }

    /// The fields that the organisation has added.
    var custom: [ListColumn] {
        object.fields.filter { $0.isCustom && $0.type.storage != nil && $0.type != .reference && $0.type != .base64 }
            .compactMap { plain($0.name, $0.name) }
    }

    /// The field at the end of a path, in the schema as this session sees it.
    private func field(_ path: String) -> Field? {
        var object: ObjectSchema? = object
        let parts = path.split(separator: ".").map(String.init)
        for part in parts.dropLast() {
            let lookup = object?.fields.first { $0.relationshipName?.lowercased() == part.lowercased() }
            object = lookup?.referenceTo.lazy.compactMap { visit.schema.object($0) }.first
        }
        return parts.last.flatMap { object?.field($0) }
    }
}

extension FieldType {
    /// Whether its values are read as numbers, one under the other.
    var isNumber: Bool { [.int, .long, .double, .currency, .percent].contains(self) }
}

extension Visit {
    /// What readers call a field.
    func label(of field: Field) -> String {
        field.name == "Ext__c" ? words("person.ext") : field.label(words.language)
    }

    /// A value of a field as its reader knows it; nil where it is empty.
    func shown(_ value: Value, of field: Field) -> String? {
        if case .text(let text) = value, !field.picklist.isEmpty { return field.label(of: text, words.language) }
        return shown(value)
    }

    /// A value for a file: days and moments in the form that spreadsheets read, in the reader's zone.
    func plain(_ value: Value, of field: Field) -> String? {
        switch value {
        case .date(let day): day.description
        case .datetime(let moment): dates.plain(moment)
        case .integer(let number): String(number)
        default: shown(value, of: field)
        }
    }
}
