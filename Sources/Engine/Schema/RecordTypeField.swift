import Records
import Store

/// The lookup to the record type, which a custom object gets with its first record type.
enum RecordTypeField {
    static func addWhereMissing(_ set: WriteSet, _ schema: Schema, _ connection: any Connection) throws {
        guard set.object.name == "RecordType", set.operation == .create else { return }
        let names = Set(set.goodRows.compactMap { set.value("SobjectType", of: $0).text?.lowercased() })
        for object in names.compactMap({ schema.object($0) }) where object.isCustom && object.field(name) == nil {
            var field = NewField(name: name, type: .reference, label: "Record Type ID", labelJa: "レコードタイプ").field
            (field.referenceTo, field.relationshipName) = (["RecordType"], "RecordType")
            try SchemaTables.add(field, to: object, on: connection)
            try connection.execute(
                """
                INSERT INTO az_field (object, name, position, text) VALUES (\(.text(object.name)), \(.text(name)), -1, \
                \(.text(FieldText.write(field))))
                """
            )
            try LiveSchema.advance(on: connection)
        }
    }

    private static let name = "RecordTypeId"
}
