/// What may be done with the records of an object, as the rows of `ObjectPermissions` give it.
struct ObjectRights: OptionSet, Sendable {
    let rawValue: Int64

    static let read = ObjectRights(rawValue: 1)
    static let create = ObjectRights(rawValue: 2)
    static let edit = ObjectRights(rawValue: 4)
    static let delete = ObjectRights(rawValue: 8)
    /// Reads all its records, whatever the sharing.
    static let viewAll = ObjectRights(rawValue: 16)
    /// Does with all its records what the other rights say, whatever the sharing.
    static let modifyAll = ObjectRights(rawValue: 32)
    static let all: ObjectRights = [.read, .create, .edit, .delete, .viewAll, .modifyAll]
    /// One by one, as the fields of `ObjectPermissions` are read.
    static let each: [ObjectRights] = [.read, .create, .edit, .delete, .viewAll, .modifyAll]
    /// The fields of `ObjectPermissions`, beside ``each``.
    static let fields = [
        "PermissionsRead", "PermissionsCreate", "PermissionsEdit", "PermissionsDelete", "PermissionsViewAllRecords",
        "PermissionsModifyAllRecords",
    ]
}

/// What may be done with a field, as the rows of `FieldPermissions` give it.
struct FieldRights: OptionSet, Sendable {
    let rawValue: Int64

    static let read = FieldRights(rawValue: 1)
    static let edit = FieldRights(rawValue: 2)
    static let all: FieldRights = [.read, .edit]
}
