import Records
import Store

/// The rows of `PermissionSet` and its kin that an organisation begins with: each profile has a permission set of its own.
struct PermissionRows {
    private let now: Instant
    private let connection: any Connection
    private let set: ObjectSchema
    private let object: ObjectSchema
    private let field: ObjectSchema

    init(at now: Instant, _ connection: any Connection) throws {
        let schema = Schema(objects: try Catalogue.standard(), version: 0)
        guard let set = schema.object("PermissionSet"), let object = schema.object("ObjectPermissions"),
            let field = schema.object("FieldPermissions")
        else {
            throw PlatformError(.unknownException, "The catalogue lacks PermissionSet. Install the program again.")
        }
        self.now = now
        self.connection = connection
        self.set = set
        self.object = object
        self.field = field
    }

    /// The set that belongs to a profile alone.
    func addSet(of profile: RecordID, named name: String) throws -> RecordID {
        try StandingRow.insert(
            [
                ("Name", .text("X\(profile)")), ("Label", .text(name)), ("IsOwnedByProfile", true),
                ("ProfileId", .id(profile)), ("Type", "Profile"), ("IsCustom", false),
            ], into: set, at: now, connection)
    }

    func add(_ rights: ObjectRights, on name: String, to set: RecordID) throws {
        let given = zip(ObjectRights.fields, ObjectRights.each).map { ($0, Value.boolean(rights.contains($1))) }
        try StandingRow.insert(
            [("ParentId", .id(set)), ("SobjectType", .text(name))] + given, into: object, at: now, connection)
    }

    func add(_ rights: FieldRights, on name: String, of object: String, to set: RecordID) throws {
        try StandingRow.insert(
            [
                ("ParentId", .id(set)), ("SobjectType", .text(object)), ("Field", .text("\(object).\(name)")),
                ("PermissionsRead", .boolean(rights.contains(.read))),
                ("PermissionsEdit", .boolean(rights.contains(.edit))),
            ], into: field, at: now, connection)
    }

    /// Takes over the rights of an organisation that earlier versions of the program made, which kept them in tables of their
    /// own.
    func adopt() throws {
        let profiles = try connection.all(
            """
            SELECT p."Id", p."Name" FROM "Profile" p WHERE p."IsDeleted" = 0 AND NOT EXISTS \
            (SELECT 1 FROM "PermissionSet" s WHERE s."ProfileId" = p."Id" AND s."IsOwnedByProfile" = 1) ORDER BY p."Id"
            """
        ) { (id: RecordID(rawValue: $0.int64(0)), name: $0.string(1)) }
        for profile in profiles {
            let set = try addSet(of: profile.id, named: profile.name)
            let objects = try connection.all(
                "SELECT object, rights FROM az_object_right WHERE profile = \(.id(profile.id)) ORDER BY object"
            ) { ($0.string(0), ObjectRights(rawValue: $0.int64(1))) }
            for (name, rights) in objects { try add(rights, on: name, to: set) }
            let fields = try connection.all(
                "SELECT object, field, rights FROM az_field_right WHERE profile = \(.id(profile.id)) ORDER BY object, field"
            ) { ($0.string(0), $0.string(1), FieldRights(rawValue: $0.int64(2))) }
            for (object, name, rights) in fields { try add(rights, on: name, of: object, to: set) }
            try connection.execute("DELETE FROM az_object_right WHERE profile = \(.id(profile.id))")
            try connection.execute("DELETE FROM az_field_right WHERE profile = \(.id(profile.id))")
        }
    }
}
