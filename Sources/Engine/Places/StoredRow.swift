import Records
import Store

/// A record as its table holds it, all columns.
struct StoredRow: Sendable {
    let id: RecordID
    let object: ObjectSchema
    /// One for each of ``ObjectSchema/fields``; null where the field has no column.
    let values: [Value]

    /// The value of a field; null when the object has no such field.
    subscript(_ field: String) -> Value { object.index(of: field).map { values[$0] } ?? .null }

    /// The text of a field; empty when it has none.
    func text(_ field: String) -> String { self[field].text ?? "" }

    /// The value of the record's external id, by which the data's own world knows it.
    var externalID: String {
        for (place, field) in object.fields.enumerated() where field.isExternalID {
            if let text = values[place].text { return text }
        }
        return ""
    }
}

extension Connection {
    /// Whole records of one object by id, those in the bin as well; absent ones are left out.
    func storedRows(_ ids: [RecordID], of object: ObjectSchema) throws -> [StoredRow] {
        let stored = object.storedFields
        let columns = SQL.joined(stored.map { "\(identifier: Identifier($0.field.name))" }, separator: ", ")
        let cells = stored.map { (place: $0.place, type: $0.field.type) }
        var found: [StoredRow] = []
        for start in stride(from: 0, to: ids.count, by: 200) {
            let chunk = SQL.list(ids[start..<min(start + 200, ids.count)])
            try rows("SELECT \(columns) FROM \(identifier: Identifier(object.name)) WHERE \"Id\" IN (\(chunk))") {
                row in
                var values = [Value](repeating: .null, count: object.fields.count)
                for (column, cell) in cells.enumerated() { values[cell.place] = row.value(column, as: cell.type) }
                guard let id = values[0].id else { return true }
                found.append(StoredRow(id: id, object: object, values: values))
                return true
            }
        }
        return found
    }
}

extension SQL {
    /// Ids as a list of bindings.
    static func list(_ ids: some Sequence<RecordID>) -> SQL {
        joined(ids.map { "\(Value.id($0))" }, separator: ", ")
    }
}
