import Records
import Store
import Synchronization

/// The schema as the database has it now, read again only when its version has moved.
final class LiveSchema: Sendable {
    private let held: Mutex<Schema?> = Mutex(nil)

    func forget() { held.withLock { $0 = nil } }

    /// The schema that the statement's own moment of the database sees.
    func current(on connection: any Connection) throws -> Schema {
        try current(on: connection, version: try Self.version(on: connection))
    }

    /// The same, for callers that have just read the version on that connection.
    func current(on connection: any Connection, version: Int64) throws -> Schema {
        if let schema = held.withLock({ $0 }), schema.version == version { return schema }
        let schema = try Self.load(version: version, on: connection)
        try SealedFields.demandKeys(on: connection)
        held.withLock { current in
            // A reader of an older moment must not put back an older schema.
            if (current?.version ?? -1) < version { current = schema }
        }
        return schema
    }

    static func version(on connection: any Connection) throws -> Int64 {
        try connection.first(versionQuery, []) { $0.int64(0) } ?? 0
    }

    private static let versionQuery = KeptSQL("SELECT version FROM az_schema")

    /// To be called in the transaction that changes objects, fields or rights, as its last act.
    static func advance(on connection: any Connection) throws {
        try StatusRows.renew(on: connection)
        try connection.execute("UPDATE az_schema SET version = version + 1")
    }

    /// What the transaction itself sees: for one that changes the schema, and may yet be rolled back.
    static func load(version: Int64, on connection: any Connection) throws -> Schema {
        try DuplicateRules.fill(try shape(version: version, on: connection), on: connection)
    }

    /// Objects and fields alone: all that can be told before there are records.
    static func shape(version: Int64, on connection: any Connection) throws -> Schema {
        var objects = try Catalogue.standard()
        let added = try connection.all("SELECT name, text FROM az_object ORDER BY name") {
            ($0.string(0), $0.string(1))
        }
        let system = try Catalogue.systemFields()
        for (name, text) in added {
            objects.append(try ObjectText.parse(text, name: name, file: "az_object", system: system))
        }
        var fields: [String: [Field]] = [:]
        try connection.rows("SELECT object, text, deleted FROM az_field ORDER BY object, position") { row in
            let read = try FieldText.parse(row.string(1).split(separator: "\n")[...], file: "az_field")
            fields[row.string(0), default: []] += row.isNull(2) ? read : read.map(\.deleted)
            return true
        }
        try connection.rows("SELECT object, model FROM az_sharing_model") { row in
            if let place = objects.firstIndex(where: { $0.name == row.string(0) }),
                let model = SharingModel(rawValue: row.string(1))
            {
                objects[place].sharing = model
            }
            return true
        }
        let whole = SubjectPaths.fill(objects.map { $0.adding(fields[$0.name] ?? []) })
        return Schema(objects: try SealedFields.fill(whole, on: connection), version: version)
    }
}

extension ObjectSchema {
    /// With fields of the organisation's own, and with what it has changed of standard ones.
    func adding(_ more: [Field]) -> ObjectSchema {
        if more.isEmpty { return self }
        var fields = fields
        for field in more {
            if let place = index(of: field.name) {
                fields[place] = fields[place].customised(by: field)
            } else {
                fields.append(field)
            }
        }
        return with(fields: fields, subjectPath: subjectPath)
    }

    func with(fields: [Field], subjectPath: [String]) -> ObjectSchema {
        var object = ObjectSchema(
            name: name, label: label, labelPlural: labelPlural, labelJa: labelJa, keyPrefix: keyPrefix,
            isCustom: isCustom, isCreateable: isCreateable, isUpdateable: isUpdateable, isDeletable: isDeletable,
            isQueryable: isQueryable, isSearchable: isSearchable, isInternal: isInternal, fields: fields,
            subjectPath: subjectPath, isPerson: isPerson
        )
        (object.sharing, object.sharingParents) = (sharing, sharingParents)
        return object
    }
}
