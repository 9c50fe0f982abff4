import Engine
import Formats
import Records

/// The body of a write: fields and values in the order sent, parents named by an external id.
struct RowBody {
    var fields: [String] = []
    var values: [Value] = []

    init() {}

    /// - Parameter schema: of the object written to; says which nested object is a parent.
    /// - Throws: `INVALID_FIELD` for what is no field, `JSON_PARSER_ERROR` for what is no value.
    init(_ members: [JSONMember], object: ObjectSchema) throws {
        for member in members where member.name != "attributes" {
            if let value = member.value.scalar {
                append(member.name, value)
            } else if let parent = member.value.members, object.relationship(member.name) != nil {
                try append(parent: member.name, parent)
            } else {
                throw PlatformError(
                    .jsonParserError,
                    "Cannot deserialize instance of \(object.field(member.name)?.type.rawValue ?? "field") from "
                        + "\(member.value.members == nil ? "START_ARRAY" : "START_OBJECT") value of '\(member.name)' "
                        + "or request may be missing a required field at [line:1, column:1]",
                    fields: [member.name]
                )
            }
        }
    }

    /// The value of a field, and the body without it.
    mutating func remove(_ field: String) -> Value? {
        guard let place = fields.firstIndex(where: { $0.lowercased() == field.lowercased() }) else { return nil }
        fields.remove(at: place)
        return values.remove(at: place)
    }

    func has(_ field: String) -> Bool { fields.contains { $0.lowercased() == field.lowercased() } }

    /// As one row to write.
    func batch(_ object: ObjectSchema) -> Batch { Batch(object.name, fields: fields, rows: [values]) }

    mutating func append(_ field: String, _ value: Value) {
        fields.append(field)
        values.append(value)
    }

    /// `"Account":{"Ext__c":"A-1"}` is the field `Account.Ext__c`.
    private mutating func append(parent name: String, _ members: [JSONMember]) throws {
        let keys = members.filter { $0.name != "attributes" }
        guard keys.count == 1, let key = keys.first, let value = key.value.scalar else {
            throw PlatformError(
                .invalidField, "The parent '\(name)' must be named by exactly one external id.", fields: [name]
            )
        }
        append("\(name).\(key.name)", value)
    }
}
