import Records
import Store

/// What a profile, or the system itself, may read and write.
struct Rights: Sendable {
    /// Whose rights they are: plans of queries are kept by it.
    let holder: Holder
    /// Everything that is not internal, whatever the tables below say.
    let modifiesAll: Bool
    private let objects: [String: ObjectRights]
    /// Only the fields that differ from their object.
    private let fields: [String: [String: FieldRights]]

    enum Holder: Hashable, Sendable {
        case system
        case profile(RecordID)
        /// A user without a profile may do nothing.
        case nobody
    }

    static let system = Rights(holder: .system, modifiesAll: true, objects: [:], fields: [:])

    private init(
        holder: Holder, modifiesAll: Bool, objects: [String: ObjectRights], fields: [String: [String: FieldRights]]
    ) {
        self.holder = holder
        self.modifiesAll = modifiesAll
        self.objects = objects
        self.fields = fields
    }

    /// Reads the rights of a profile.
    init(profile: RecordID?, on connection: any Connection) throws {
        guard let profile else {
            self.init(holder: .nobody, modifiesAll: false, objects: [:], fields: [:])
            return
        }
        let modifiesAll = try connection.first(
            "SELECT modifies_all FROM az_profile_power WHERE profile = \(.id(profile))"
        ) { $0.int64(0) != 0 }
        var objects: [String: ObjectRights] = [:]
        try connection.rows("SELECT object, rights FROM az_object_right WHERE profile = \(.id(profile))") { row in
            objects[row.string(0)] = ObjectRights(rawValue: row.int64(1))
            return true
        }
        var fields: [String: [String: FieldRights]] = [:]
        try connection.rows("SELECT object, field, rights FROM az_field_right WHERE profile = \(.id(profile))") { row in
            fields[row.string(0), default: [:]][row.string(1)] = FieldRights(rawValue: row.int64(2))
            return true
        }
        self.init(
            holder: .profile(profile), modifiesAll: modifiesAll ?? false, objects: objects, fields: fields
        )
    }

    /// What may be done with the records of an object.
    func on(_ object: ObjectSchema) -> ObjectRights {
        if holder == .system { return .all }
        if object.isInternal { return [] }
        return modifiesAll ? .all : objects[object.name] ?? []
    }

    /// What may be done with a field of an object whose records may be read.
    func on(_ field: Field, of object: ObjectSchema) -> FieldRights {
        if holder == .system || modifiesAll { return .all }
        return fields[object.name]?[field.name] ?? .all
    }

    /// Whether the holder may add objects and fields.
    var mayChangeSchema: Bool { modifiesAll }

    /// The schema as the holder sees it: what may not be read, or was deleted, is not there; what may not be
    /// written says so.
    func filter(_ schema: Schema) -> Schema {
        let readable = schema.objects.filter { on($0).contains(.read) }
        return Schema(objects: readable.map(filter), version: schema.version)
    }

    private func filter(_ object: ObjectSchema) -> ObjectSchema {
        if holder == .system, !object.fields.contains(where: \.isDeleted) { return object }
        let rights = on(object)
        let fields = object.fields.compactMap { field -> Field? in
            let right = on(field, of: object)
            guard right.contains(.read), !field.isDeleted else { return nil }
            var field = field
            field.isCreateable = field.isCreateable && right.contains(.edit) && rights.contains(.create)
            field.isUpdateable = field.isUpdateable && right.contains(.edit) && rights.contains(.edit)
            return field
        }
        return ObjectSchema(
            name: object.name, label: object.label, labelPlural: object.labelPlural, labelJa: object.labelJa,
            keyPrefix: object.keyPrefix, isCustom: object.isCustom,
            isCreateable: object.isCreateable && rights.contains(.create),
            isUpdateable: object.isUpdateable && rights.contains(.edit),
            isDeletable: object.isDeletable && rights.contains(.delete),
            isQueryable: object.isQueryable, isSearchable: object.isSearchable, isInternal: object.isInternal,
            fields: fields, subjectPath: object.subjectPath, isPerson: object.isPerson
        )
    }
}
