import Records
import Store

/// The rows of `Group` that stand for a role, for a role with all below it, and for everybody: what records are shared with.
/// Kept in step with the roles by whatever writes them.
enum GroupRows {
    private static let ofRoles = ["Role", "RoleAndSubordinates"]

    /// To be called in the transaction that writes roles.
    static func renew(at now: Instant, on connection: any Connection) throws {
        guard let group = try Catalogue.standard().first(where: { $0.name == "Group" }) else { return }
        try connection.execute(
            """
            DELETE FROM "Group" WHERE "Type" IN (\(.text(ofRoles[0])), \(.text(ofRoles[1]))) AND "RelatedId" NOT IN \
            (SELECT "Id" FROM "UserRole" WHERE "IsDeleted" = 0)
            """
        )
        for type in ofRoles {
            let roles = try connection.all(
                """
                SELECT r."Id", r."Name", r."DeveloperName" FROM "UserRole" r WHERE r."IsDeleted" = 0 AND NOT EXISTS \
                (SELECT 1 FROM "Group" g WHERE g."RelatedId" = r."Id" AND g."Type" = \(.text(type))) ORDER BY r."Id"
                """
            ) { (id: $0.int64(0), name: $0.string(1), key: $0.isNull(2) ? nil : $0.string(2)) }
            for role in roles {
                try StandingRow.insert(
                    [
                        ("Name", .text(String(role.name.prefix(40)))), ("Type", .text(type)),
                        ("RelatedId", .id(RecordID(rawValue: role.id))), ("OwnerId", .id(SystemUser.install.id)),
                        ("DeveloperName", role.key.map { .text($0) } ?? .null),
                    ], into: group, at: now, connection)
            }
        }
        let everybody = try connection.first("SELECT 1 FROM \"Group\" WHERE \"Type\" = 'Organization'") { _ in true }
        if everybody == nil {
            try StandingRow.insert(
                [
                    ("Name", "AllInternalUsers"), ("DeveloperName", "AllInternalUsers"), ("Type", "Organization"),
                    ("OwnerId", .id(SystemUser.install.id)),
                ], into: group, at: now, connection)
        }
    }
}
