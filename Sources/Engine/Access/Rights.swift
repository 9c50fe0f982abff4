import Records
import Store

/// What a user's profile and permission sets together, or the system itself, may read and write.
struct Rights: Sendable {
    /// Whose rights they are: plans of queries are kept by it.
    let holder: Holder
    /// What limits them, whoever has them; nil where nothing does.
    let purpose: PurposeLimit?
    private let given: Set<Power>
    private let objects: [String: ObjectRights]
    /// Only the fields that somebody has decided about.
    private let fields: [String: [String: FieldRights]]

    enum Holder: Hashable, Sendable {
        case system
        /// The profile, and its own permission set with those that are assigned, in their order.
        case sets(profile: RecordID, [RecordID])
        /// A user without a profile may do nothing.
        case nobody
    }

    /// A system permission: a field of profiles and of permission sets.
    enum Power: String, CaseIterable, Sendable {
        case modifiesAll = "PermissionsModifyAllData"
        case viewsAll = "PermissionsViewAllData"
        case actsForPersons = "PermissionsPrivacyDataAccess"
        case deletesHard = "PermissionsBulkApiHardDelete"
    }

    static let system = Rights(holder: .system, purpose: nil, given: Set(Power.allCases), objects: [:], fields: [:])

    /// Under a purpose that binds nobody administers.
    var powers: Set<Power> { purpose == nil ? given : given.intersection([.viewsAll]) }

    /// Administers the organisation.
    var modifiesAll: Bool { powers.contains(.modifiesAll) }

    /// Has everything that is not internal, whatever the permissions of objects and fields and the sharing say; a purpose may
    /// still limit it.
    var hasAll: Bool { given.contains(.modifiesAll) }

    private init(
        holder: Holder, purpose: PurposeLimit?, given: Set<Power>, objects: [String: ObjectRights],
        fields: [String: [String: FieldRights]]
    ) {
        self.holder = holder
        self.purpose = purpose
        self.given = given
        self.objects = objects
        self.fields = fields
    }

    /// Reads what a holder has: of an object what any of its sets gives; of a field what any of them gives, where any has a say
    /// in it.
    init(_ holder: Holder, under purpose: PurposeLimit?, on connection: any Connection) throws {
        guard case .sets(let profile, let sets) = holder else {
            self =
                holder == .system
                ? .system : Rights(holder: holder, purpose: nil, given: [], objects: [:], fields: [:])
            return
        }
        let list = SQL.list(sets)
        var powers = try Self.powers("Profile", [profile], connection)
        powers.formUnion(try Self.powers("PermissionSet", sets, connection))
        var objects: [String: ObjectRights] = [:]
        try connection.rows(
            """
            SELECT "SobjectType", "PermissionsRead", "PermissionsCreate", "PermissionsEdit", "PermissionsDelete", \
            "PermissionsViewAllRecords", "PermissionsModifyAllRecords" FROM "ObjectPermissions" \
            WHERE "ParentId" IN (\(list)) AND "IsDeleted" = 0
            """
        ) { row in
            let given = ObjectRights.each.enumerated().filter { row.int64($0.offset + 1) != 0 }.map(\.element)
            objects[row.string(0), default: []].formUnion(ObjectRights(given))
            return true
        }
        var fields: [String: [String: FieldRights]] = [:]
        try connection.rows(
            """
            SELECT "Field", "PermissionsRead", "PermissionsEdit" FROM "FieldPermissions" \
            WHERE "ParentId" IN (\(list)) AND "IsDeleted" = 0
            """
        ) { row in
            let path = row.string(0).split(separator: ".", maxSplits: 1).map(String.init)
            guard path.count == 2 else { return true }
            var rights: FieldRights = row.int64(1) != 0 ? .read : []
            if row.int64(2) != 0 { rights.formUnion(.all) }
            fields[path[0], default: [:]][path[1], default: []].formUnion(rights)
            return true
        }
        self.init(holder: holder, purpose: purpose, given: powers, objects: objects, fields: fields)
    }

    private static func powers(
        _ object: String, _ ids: [RecordID], _ connection: any Connection
    ) throws -> Set<Power> {
        var powers: Set<Power> = []
        let columns = Power.allCases.map { SQL("\(identifier: Identifier($0.rawValue))") }
        try connection.rows(
            """
            SELECT \(.joined(columns, separator: ", ")) FROM \(identifier: Identifier(object)) \
            WHERE "Id" IN (\(SQL.list(ids))) AND "IsDeleted" = 0
            """
        ) { row in
            for (place, power) in Power.allCases.enumerated() where row.int64(place) != 0 { powers.insert(power) }
            return true
        }
        return powers
    }

    /// What may be done with the records of an object.
    func on(_ object: ObjectSchema) -> ObjectRights {
        if holder == .system { return .all }
        if object.isInternal { return [] }
        let rights = granted(on: object)
        return purpose?.limit(rights, on: object) ?? rights
    }

    private func granted(on object: ObjectSchema) -> ObjectRights {
        if hasAll { return .all }
        guard let shared = object.sharedObject else { return objects[object.name] ?? [] }
        // Who shares a record is decided by the record.
        let rights = objects[shared] ?? []
        return rights.contains(.edit) ? [.read, .create, .edit, .delete] : rights.intersection(.read)
    }

    /// What may be done with a field of an object whose records may be read.
    func on(_ field: Field, of object: ObjectSchema) -> FieldRights {
        if holder == .system { return .all }
        if let purpose, !purpose.includes(field, of: object) { return [] }
        if hasAll { return .all }
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
        var seen = ObjectSchema(
            name: object.name, label: object.label, labelPlural: object.labelPlural, labelJa: object.labelJa,
            keyPrefix: object.keyPrefix, isCustom: object.isCustom,
            isCreateable: object.isCreateable && rights.contains(.create),
            isUpdateable: object.isUpdateable && rights.contains(.edit),
            isDeletable: object.isDeletable && rights.contains(.delete),
            isQueryable: object.isQueryable, isSearchable: object.isSearchable, isInternal: object.isInternal,
            fields: fields, subjectPath: object.subjectPath, isPerson: object.isPerson
        )
        (seen.sharing, seen.sharingParents) = (object.sharing, object.sharingParents)
        return seen
    }
}
