/// What may be done with the records of an object; kept as the number in `az_object_right`.
struct ObjectRights: OptionSet, Sendable {
    let rawValue: Int64

    static let read = ObjectRights(rawValue: 1)
    static let create = ObjectRights(rawValue: 2)
    static let edit = ObjectRights(rawValue: 4)
    static let delete = ObjectRights(rawValue: 8)
    static let all: ObjectRights = [.read, .create, .edit, .delete]
}

/// What may be done with a field; kept as the number in `az_field_right`.
struct FieldRights: OptionSet, Sendable {
    let rawValue: Int64

    static let read = FieldRights(rawValue: 1)
    static let edit = FieldRights(rawValue: 2)
    static let all: FieldRights = [.read, .edit]
}
