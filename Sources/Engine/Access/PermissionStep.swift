import Records
import Store

/// The step that refuses permissions which make no sense, and the change that would leave nobody to administer.
enum PermissionStep {
    static func check(_ set: inout WriteSet, _ access: Access, isSystem: Bool, _ connection: any Connection) throws {
        switch set.object.name {
        case "ObjectPermissions":
            for row in set.goodRows {
                if let refusal = ofObject(row, set, access) { set.rows[row].refusals.append(refusal) }
            }
            try refuseTwice(&set, beside: "SobjectType", connection)
        case "FieldPermissions":
            for row in set.goodRows {
                if let refusal = ofField(row, set, access) { set.rows[row].refusals.append(refusal) }
            }
            try refuseTwice(&set, beside: "Field", connection)
        case "PermissionSetAssignment":
            for row in set.goodRows {
                if let refusal = try ofAssignment(row, set, connection) { set.rows[row].refusals.append(refusal) }
            }
        case "User" where set.operation == .update && !isSystem: try keepAnAdministrator(&set, connection)
        case "Profile" where set.operation == .update && !isSystem: try keepAPowerfulProfile(&set, connection)
        default: break
        }
    }

    private static func ofObject(_ row: Int, _ set: WriteSet, _ access: Access) -> PlatformError? {
        let name = set.value("SobjectType", of: row).text ?? ""
        guard let object = access.full.object(name), !object.isInternal, object.name == name else {
            return PlatformError(.invalidType, "There is no object '\(name)'.", fields: ["SobjectType"])
        }
        func has(_ field: String) -> Bool { set.value(field, of: row).boolean ?? false }
        let needs: [(String, [String])] = [
            ("PermissionsCreate", ["PermissionsRead"]), ("PermissionsEdit", ["PermissionsRead"]),
            ("PermissionsDelete", ["PermissionsRead", "PermissionsEdit"]),
            ("PermissionsViewAllRecords", ["PermissionsRead"]),
            (
                "PermissionsModifyAllRecords",
                ["PermissionsRead", "PermissionsEdit", "PermissionsDelete", "PermissionsViewAllRecords"]
            ),
        ]
        for (field, needed) in needs where has(field) {
            if let lacking = needed.first(where: { !has($0) }) {
                return PlatformError(
                    .fieldIntegrityException, "\(field) depends on \(lacking): give both, or neither.",
                    fields: [field])
            }
        }
        return nil
    }

    private static func ofField(_ row: Int, _ set: WriteSet, _ access: Access) -> PlatformError? {
        let path = set.value("Field", of: row).text ?? ""
        let names = path.split(separator: ".", maxSplits: 1).map(String.init)
        let object = set.value("SobjectType", of: row).text ?? ""
        guard names.count == 2, names[0] == object, let field = access.full.object(object)?.field(names[1]),
            field.name == names[1]
        else {
            return PlatformError(
                .invalidField, "'\(path)' names no field of \(object): write Object.Field, as they are spelt.",
                fields: ["Field"])
        }
        func has(_ field: String) -> Bool { set.value(field, of: row).boolean ?? false }
        if has("PermissionsEdit"), !has("PermissionsRead") {
            return PlatformError(
                .fieldIntegrityException, "PermissionsEdit depends on PermissionsRead: give both, or neither.",
                fields: ["PermissionsEdit"])
        }
        return nil
    }

    /// A set says one thing of an object or field.
    private static func refuseTwice(_ set: inout WriteSet, beside name: String, _ connection: any Connection) throws {
        guard set.operation == .create else { return }
        var seen: Set<[Value]> = []
        for row in set.goodRows {
            let (parent, value) = (set.value("ParentId", of: row), set.value(name, of: row))
            let isThere = try connection.first(
                """
                SELECT 1 FROM \(identifier: Identifier(set.object.name)) WHERE "ParentId" = \(parent) \
                AND \(identifier: Identifier(name)) = \(value) AND "IsDeleted" = 0
                """
            ) { _ in true }
            guard !seen.insert([parent, value]).inserted || isThere == true else { continue }
            set.rows[row].refusals.append(
                PlatformError(
                    .duplicateValue, "The permission set has a row for \(value.text ?? "") already: change that.",
                    fields: [name]))
        }
    }

    private static func ofAssignment(
        _ row: Int, _ set: WriteSet, _ connection: any Connection
    ) throws -> PlatformError? {
        let (one, group) = (set.value("PermissionSetId", of: row), set.value("PermissionSetGroupId", of: row))
        guard one.isNull != group.isNull else {
            return PlatformError(
                .fieldIntegrityException, "An assignment names a permission set, or a group of them.",
                fields: ["PermissionSetId"])
        }
        guard let id = one.id else { return nil }
        let isProfiles =
            try connection.first("SELECT \"IsOwnedByProfile\" FROM \"PermissionSet\" WHERE \"Id\" = \(.id(id))") {
                $0.int64(0) != 0
            } ?? false
        return isProfiles
            ? PlatformError(
                .fieldIntegrityException, "This permission set is a profile's own: give the user the profile.",
                fields: ["PermissionSetId"])
            : nil
    }

    // MARK: The last administrator

    private static func keepAnAdministrator(_ set: inout WriteSet, _ connection: any Connection) throws {
        guard set.column("IsActive") != nil || set.column("ProfileId") != nil else { return }
        let profiles = try powerfulProfiles(connection)
        let going = set.goodRows.filter { row in
            let remains =
                set.value("IsActive", of: row).boolean == true
                && set.value("ProfileId", of: row).id.map(profiles.contains) ?? false
            let was =
                set.oldValue("IsActive", of: row).boolean == true
                && set.oldValue("ProfileId", of: row).id.map(profiles.contains) ?? false
            return was && !remains
        }
        if going.isEmpty { return }
        let administrators = Set(
            try connection.all(
                """
                SELECT "Id" FROM "User" WHERE "IsActive" = 1 AND "IsDeleted" = 0 AND "ProfileId" IN (\(SQL.list(profiles)))
                """
            ) { RecordID(rawValue: $0.int64(0)) }
        ).filter { SystemUser($0) == nil }
        guard administrators.subtracting(going.map { set.rows[$0].id }).isEmpty else { return }
        for row in going { set.rows[row].refusals.append(last) }
    }

    private static func keepAPowerfulProfile(_ set: inout WriteSet, _ connection: any Connection) throws {
        guard set.column(Rights.Power.modifiesAll.rawValue) != nil else { return }
        let weakened = set.goodRows.filter { set.value(Rights.Power.modifiesAll.rawValue, of: $0).boolean != true }
        let left = try powerfulProfiles(connection).subtracting(weakened.map { set.rows[$0].id })
        let isAnybodyLeft =
            try !left.isEmpty
            && connection.first(
                """
                SELECT 1 FROM "User" WHERE "IsActive" = 1 AND "IsDeleted" = 0 AND "UserType" <> 'AutomatedProcess' \
                AND "ProfileId" IN (\(SQL.list(left)))
                """
            ) { _ in true } ?? false
        if isAnybodyLeft { return }
        for row in weakened { set.rows[row].refusals.append(last) }
    }

    private static func powerfulProfiles(_ connection: any Connection) throws -> Set<RecordID> {
        Set(
            try connection.all(
                "SELECT \"Id\" FROM \"Profile\" WHERE \(identifier: Identifier(Rights.Power.modifiesAll.rawValue)) = 1"
            ) { RecordID(rawValue: $0.int64(0)) })
    }

    private static let last = PlatformError(
        .invalidOperation,
        "This would leave nobody to administer the organisation. Make somebody else an administrator first.")
}
